#include "compare/number_distance.h"

#include <algorithm>
#include <bit>

#include "base/number_text.h"
#include "compare/element_type.h"

namespace ibid::compare {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A number, or the text up to the next thing that may be one.
struct Token {
  std::string_view text;
  std::optional<double> number;
};

// How long the number is that `text` begins with; 0 if it begins with none. A sign counts only where no word
// ends, so that "a-1" and "2020-11-20" are cut into the same pieces whatever the digits.
size_t number_length(std::string_view text, bool after_word) {
  size_t at = !after_word && !text.empty() && text[0] == '-' ? 1 : 0;
  const size_t begin = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  if (at == begin) return 0;
  if (at + 1 < text.size() && text[at] == '.' && is_digit(text[at + 1])) {
    ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    size_t exponent = at + 1;
    if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) ++exponent;
    const size_t digits = exponent;
    while (exponent < text.size() && is_digit(text[exponent])) ++exponent;
    if (exponent > digits) at = exponent;
  }
  return at;
}

Token next_token(std::string_view text, size_t position) {
  const auto is_word = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto after_word = [&](size_t at) { return at > 0 && is_word(text[at - 1]); };
  const size_t length = number_length(text.substr(position), after_word(position));
  if (length > 0) {
    const std::string_view number = text.substr(position, length);
    return {number, parse_double(number)};
  }
  size_t end = position + 1;
  while (end < text.size() && number_length(text.substr(end), after_word(end)) == 0) ++end;
  return {text.substr(position, end - position), std::nullopt};
}

}  // namespace

std::optional<uint64_t> number_distance(std::string_view a, std::string_view b) {
  uint64_t largest = 0;
  size_t in_a = 0, in_b = 0;
  while (in_a < a.size() && in_b < b.size()) {
    const Token x = next_token(a, in_a), y = next_token(b, in_b);
    in_a += x.text.size();
    in_b += y.text.size();
    if (x.text == y.text) continue;
    if (!x.number || !y.number) return std::nullopt;
    const auto distance = distance_ulp(ElementType::kF64, std::bit_cast<uint64_t>(*x.number),
                                       std::bit_cast<uint64_t>(*y.number));
    if (!distance) return std::nullopt;
    largest = std::max(largest, *distance);
  }
  if (in_a != a.size() || in_b != b.size()) return std::nullopt;
  return largest;
}

}  // namespace ibid::compare
