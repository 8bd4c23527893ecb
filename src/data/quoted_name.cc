#include "data/quoted_name.h"

#include <array>
#include <cstdint>

#include "base/hex.h"

namespace ibid::data {
namespace {

uint8_t byte_at(std::string_view text, size_t i) { return static_cast<uint8_t>(text[i]); }

// Which first bytes open a character of how many bytes, and between which bounds the second byte lies
// (Unicode standard, table 3-7: no surrogates, no overlong forms, nothing above U+10FFFF).
struct Utf8Form {
  uint8_t first_low, first_high, second_low, second_high;
  size_t n_bytes;
};
constexpr std::array<Utf8Form, 8> kForms = {{{0xC2, 0xDF, 0x80, 0xBF, 2},
                                             {0xE0, 0xE0, 0xA0, 0xBF, 3},
                                             {0xE1, 0xEC, 0x80, 0xBF, 3},
                                             {0xED, 0xED, 0x80, 0x9F, 3},
                                             {0xEE, 0xEF, 0x80, 0xBF, 3},
                                             {0xF0, 0xF0, 0x90, 0xBF, 4},
                                             {0xF1, 0xF3, 0x80, 0xBF, 4},
                                             {0xF4, 0xF4, 0x80, 0x8F, 4}}};

bool has_form(std::string_view text, const Utf8Form& form) {
  const uint8_t first = byte_at(text, 0);
  if (first < form.first_low || first > form.first_high || text.size() < form.n_bytes) return false;
  if (byte_at(text, 1) < form.second_low || byte_at(text, 1) > form.second_high) return false;
  for (size_t i = 2; i < form.n_bytes; ++i) {
    if ((byte_at(text, i) & 0xC0) != 0x80) return false;
  }
  return true;
}

// Length of the printable character that `text` starts with; 0 if there is none.
size_t printable_length(std::string_view text) {
  const uint8_t first = byte_at(text, 0);
  if (first < 0x80) return first >= 0x20 && first != 0x7F ? 1 : 0;
  if (first == 0xC2 && text.size() > 1 && byte_at(text, 1) < 0xA0) return 0;  // control characters
  for (const Utf8Form& form : kForms) {
    if (has_form(text, form)) return form.n_bytes;
  }
  return 0;
}

std::optional<char> parse_escaped_byte(std::string_view text) {
  if (text.size() < 4 || text[1] != 'x') return std::nullopt;
  const auto value = parse_hex(text.substr(2, 2));
  if (!value) return std::nullopt;
  return static_cast<char>(*value);
}

}  // namespace

std::string quoted_name(std::string_view name) {
  std::string text = "\"";
  for (size_t i = 0; i < name.size();) {
    const size_t length = printable_length(name.substr(i));
    if (length == 0) {
      const uint8_t byte = byte_at(name, i++);
      text += "\\x" + hex_text(std::span(&byte, 1));
      continue;
    }
    if (name[i] == '\\' || name[i] == '"') text += '\\';
    text += name.substr(i, length);
    i += length;
  }
  return text + '"';
}

std::optional<std::string> parse_quoted_name(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::nullopt;
  std::string name;
  const std::string_view inner = text.substr(1, text.size() - 2);
  for (size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] != '\\') {
      name += inner[i];
      continue;
    }
    if (const auto byte = parse_escaped_byte(inner.substr(i))) {
      name += *byte;
      i += 3;
    } else if (++i < inner.size()) {
      name += inner[i];
    }
  }
  // One name has one text: whatever is written in another way is refused.
  if (quoted_name(name) != text) return std::nullopt;
  return name;
}

}  // namespace ibid::data
