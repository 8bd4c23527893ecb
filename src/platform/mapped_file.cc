#include "platform/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "platform/file_descriptor.h"
#include "platform/file_error.h"

namespace ibid::platform {

Result<MappedFile> MappedFile::open(const Path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return file_error("open", path, errno);
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return file_error("examine", path, errno);
  if (S_ISDIR(status.st_mode)) return file_error("read", path, EISDIR);
  const auto size_bytes = static_cast<size_t>(status.st_size);
  if (size_bytes == 0) return MappedFile(nullptr, 0);  // nothing cannot be mapped
  void* address = ::mmap(nullptr, size_bytes, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) return file_error("map", path, errno);
  return MappedFile(address, size_bytes);
}

MappedFile::~MappedFile() {
  if (address_ != nullptr) ::munmap(address_, size_bytes_);
}

}  // namespace ibid::platform
