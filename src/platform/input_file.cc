#include "platform/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "platform/file_error.h"
#include "platform/file_status.h"

namespace ibid::platform {

Result<InputFile> InputFile::open(const Path& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.valid()) return file_error("open", path, errno);
  return InputFile(path, std::move(file));
}

Result<size_t> InputFile::read_at(int64_t offset, std::span<std::byte> buffer) const {
  size_t used = 0;
  while (used < buffer.size()) {
    const ssize_t count =
        ::pread(file_.get(), buffer.data() + used, buffer.size() - used, offset + static_cast<int64_t>(used));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error("read", path_, errno);
    if (count == 0) break;
    used += static_cast<size_t>(count);
  }
  return used;
}

Result<FileStatus> InputFile::status() const {
  struct stat status{};
  if (::fstat(file_.get(), &status) != 0) return file_error("examine", path_, errno);
  return file_status(status);
}

}  // namespace ibid::platform
