#pragma once

#include <string>
#include <string_view>

#include "data/quoted_name.h"

namespace ibid::source {

// A path as the record has it: as it is, unless it has control characters, quotes, backslashes or bytes that
// are no UTF-8; then as in a manifest, in double quotes.
inline std::string name_text(std::string_view path) {
  std::string quoted = data::quoted_name(path);
  const bool plain = std::string_view(quoted).substr(1, quoted.size() - 2) == path;
  return plain ? std::string(path) : quoted;
}

inline std::string name_from_text(const std::string& text) {
  return data::parse_quoted_name(text).value_or(text);
}

}  // namespace ibid::source
