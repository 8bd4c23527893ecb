#include "platform/write_all.h"

#include <unistd.h>

#include <cerrno>

#include "platform/file_error.h"

namespace ibid::platform {

Result<void> write_all(int descriptor, std::span<const std::byte> bytes, const Path& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error("write", path, errno);
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
  return {};
}

}  // namespace ibid::platform
