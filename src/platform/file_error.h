#pragma once

#include <filesystem>
#include <string_view>

#include "base/error.h"

namespace ibid::platform {

// What the operating system refused, as a sentence with the path and, as a hint, the way out. `action` is
// what was being done: "write", "open".
Error file_error(std::string_view action, const std::filesystem::path& path, int error_number);

}  // namespace ibid::platform
