#include "base/hex.h"

#include <charconv>

namespace ibid {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

}  // namespace

std::string hex_text(std::span<const uint8_t> bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string hex_text(uint64_t value) {
  std::string text(16, '0');
  for (size_t i = text.size(); i-- > 0; value >>= 4) text[i] = kDigits[value & 15];
  return text;
}

std::optional<uint64_t> parse_hex(std::string_view text) {
  uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, value, 16);
  if (problem != std::errc() || rest != end) return std::nullopt;
  return value;
}

}  // namespace ibid
