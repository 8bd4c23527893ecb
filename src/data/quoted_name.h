#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ibid::data {

// A name of any bytes as printable text in double quotes: valid UTF-8 stays, except control characters; these
// and all other bytes become \xHH, a backslash \\ and a double quote \".
std::string quoted_name(std::string_view name);

// The name back; nothing unless `text` is exactly what quoted_name() writes.
std::optional<std::string> parse_quoted_name(std::string_view text);

}  // namespace ibid::data
