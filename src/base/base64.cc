#include "base/base64.h"

#include <cstdint>

namespace ibid {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string base64_text(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    const size_t n = bytes.size() - i < 3 ? bytes.size() - i : 3;
    for (size_t j = 0; j < 3; ++j) group = group << 8 | (j < n ? static_cast<uint8_t>(bytes[i + j]) : 0U);
    for (size_t j = 0; j < 4; ++j) text += j <= n ? kDigits[group >> (18 - 6 * j) & 63] : '=';
  }
  return text;
}

std::optional<std::string> parse_base64(std::string_view text) {
  std::string bytes;
  uint32_t group = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t digit = kDigits.find(text[i]);
    group = group << 6 | static_cast<uint32_t>(digit == std::string_view::npos ? 0 : digit);
    if (i % 4 != 3) continue;
    for (const int shift : {16, 8, 0}) bytes += static_cast<char>(group >> shift & 255);
    group = 0;
  }
  for (const char* padding : {"==", "="}) {
    const std::string_view end(padding);
    if (!text.ends_with(end) || bytes.size() < end.size()) continue;
    bytes.resize(bytes.size() - end.size());
    break;
  }
  // One spelling only: whatever was not a digit, or too much, shows here.
  if (base64_text(bytes) != text) return std::nullopt;
  return bytes;
}

}  // namespace ibid
