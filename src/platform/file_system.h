#pragma once

#include "base/result.h"
#include "platform/file.h"

namespace ibid::platform {

struct FileSystemSpace {
  int64_t size_bytes;
  int64_t free_bytes;  // for users without special rights
};

// Of the file system that `path` lies on. One over a network may keep the caller waiting.
Result<FileSystemSpace> file_system_space(const Path& path);

}  // namespace ibid::platform
