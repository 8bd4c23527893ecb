#include "platform/append_file.h"

#include <fcntl.h>

#include <cerrno>
#include <span>

#include "platform/file_error.h"
#include "platform/write_all.h"

namespace ibid::platform {

Result<AppendFile> AppendFile::create(const Path& path) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file.valid()) return file_error("open", path, errno);
  return AppendFile(path, std::move(file));
}

Result<AppendFile> AppendFile::open(const Path& path) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666));
  if (!file.valid()) return file_error("open", path, errno);
  return AppendFile(path, std::move(file));
}

Result<void> AppendFile::append(std::string_view bytes) {
  return write_all(file_.get(), std::as_bytes(std::span(bytes)), path_);
}

}  // namespace ibid::platform
