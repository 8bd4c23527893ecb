#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace ibid::hardware {

// The value of a key in a file of shell assignments, as /etc/os-release is one: quotes and the backslashes
// before quotes, dollars, backticks and backslashes taken away. `name` is the file's, for the error.
Result<std::string> shell_value(std::string_view text, std::string_view key, std::string_view name);

}  // namespace ibid::hardware
