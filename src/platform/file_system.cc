#include "platform/file_system.h"

#include <sys/statvfs.h>

#include <cerrno>

#include "platform/file_error.h"

namespace ibid::platform {

Result<FileSystemSpace> file_system_space(const Path& path) {
  struct statvfs status{};
  if (::statvfs(path.c_str(), &status) != 0) return file_error("examine", path, errno);
  const auto block_bytes = static_cast<int64_t>(status.f_frsize);
  return FileSystemSpace{static_cast<int64_t>(status.f_blocks) * block_bytes,
                         static_cast<int64_t>(status.f_bavail) * block_bytes};
}

}  // namespace ibid::platform
