#pragma once

#include <cstddef>
#include <span>

#include "base/result.h"
#include "platform/file.h"

namespace ibid::platform {

// All bytes, however many calls it takes. `path` is for the error only.
Result<void> write_all(int descriptor, std::span<const std::byte> bytes, const Path& path);

}  // namespace ibid::platform
