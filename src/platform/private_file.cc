#include "platform/private_file.h"

#include <fcntl.h>

#include <cerrno>
#include <span>

#include "platform/file_descriptor.h"
#include "platform/file_error.h"
#include "platform/write_all.h"

namespace ibid::platform {

Result<void> write_private_file(const Path& path, std::string_view content) {
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid() && errno == EEXIST)
    return Error(ErrorCode::kUsage, path.string() + " exists already", "name another, or move it away first");
  if (!file.valid()) return file_error("create", path, errno);
  return write_all(file.get(), std::as_bytes(std::span(content)), path);
}

}  // namespace ibid::platform
