#include "base/number_text.h"

#include <array>
#include <charconv>

#include "base/check.h"

namespace ibid {
namespace {

template <class Number, class... Format>
std::string print(Number value, Format... format) {
  std::array<char, 400> buffer;  // the longest: a binary64 of 309 digits with its decimals
  const auto [end, problem] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format...);
  IBID_CHECK(problem == std::errc(), "a number is longer than its buffer");
  return std::string(buffer.data(), end);
}

template <class Number>
std::optional<Number> parse(std::string_view text) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, value);
  if (problem != std::errc() || rest != end) return std::nullopt;
  return value;
}

}  // namespace

std::string number_text(int64_t value) { return print(value); }
std::string number_text(uint64_t value) { return print(value); }
std::string number_text(int value) { return print(value); }
std::string number_text(double value) { return value != value ? "nan" : print(value); }
std::string number_text(float value) { return value != value ? "nan" : print(value); }

std::string fixed_text(double value, int decimals) {
  IBID_CHECK(decimals >= 0 && decimals <= 60, "decimals out of range");
  return value != value ? "nan" : print(value, std::chars_format::fixed, decimals);
}

std::optional<int64_t> parse_int64(std::string_view text) { return parse<int64_t>(text); }
std::optional<uint64_t> parse_uint64(std::string_view text) { return parse<uint64_t>(text); }
std::optional<double> parse_double(std::string_view text) { return parse<double>(text); }
std::optional<float> parse_float(std::string_view text) { return parse<float>(text); }

}  // namespace ibid
