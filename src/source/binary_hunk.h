#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace ibid::source {

// A content as it stands in a binary patch of git: "literal SIZE", then lines of 52 compressed bytes each in
// base 85, and an empty line.
Result<std::string> binary_hunk(std::string_view content);

// The content of a hunk at the start of `text`, which is moved behind it.
Result<std::string> parse_binary_hunk(std::string_view& text);

}  // namespace ibid::source
