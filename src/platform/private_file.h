#pragma once

#include <string_view>

#include "base/result.h"
#include "platform/file.h"

namespace ibid::platform {

// A new file that only its owner can read. Errors: it exists already (usage), or cannot be written.
Result<void> write_private_file(const Path& path, std::string_view content);

}  // namespace ibid::platform
