#include "platform/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "platform/file_error.h"
#include "platform/write_all.h"

namespace ibid::platform {
namespace {

Path folder_of(const Path& path) { return path.has_parent_path() ? path.parent_path() : Path("."); }

// A rename is on the disk only when its folder is. Some file systems cannot synchronise folders; that is no
// reason to fail.
Result<void> synchronise_folder(const Path& folder) {
  const FileDescriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) return {};
  if (::fsync(directory.get()) != 0 && errno != EINVAL) return file_error("synchronise", folder, errno);
  return {};
}

// mkstemp makes files that only their owner may read; a finished file has the permissions any other new file
// would have.
mode_t ordinary_mode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return static_cast<mode_t>(0666 & ~mask);
}

}  // namespace

Result<AtomicFile> AtomicFile::create(const Path& path) {
  std::string name = (folder_of(path) / ("." + path.filename().string() + ".XXXXXX")).string();
  FileDescriptor file(::mkostemp(name.data(), O_CLOEXEC));
  if (!file.valid()) return file_error("write", path, errno);
  return AtomicFile(path, name, std::move(file));
}

AtomicFile::~AtomicFile() {
  if (file_.valid()) ::unlink(temporary_path_.c_str());
}

Result<void> AtomicFile::write(std::span<const std::byte> bytes) {
  IBID_CHECK(file_.valid(), "write() after commit()");
  return write_all(file_.get(), bytes, path_);
}

Result<void> AtomicFile::write(std::string_view bytes) { return write(std::as_bytes(std::span(bytes))); }

Result<void> AtomicFile::commit() {
  IBID_CHECK(file_.valid(), "a second commit()");
  if (::fchmod(file_.get(), ordinary_mode()) != 0 || ::fsync(file_.get()) != 0) {
    return file_error("write", path_, errno);
  }
  if (::rename(temporary_path_.c_str(), path_.c_str()) != 0) return file_error("write", path_, errno);
  file_.reset();
  return synchronise_folder(folder_of(path_));
}

Result<void> write_file_atomically(const Path& path, std::string_view content) {
  IBID_ASSIGN(AtomicFile file, AtomicFile::create(path));
  IBID_TRY(file.write(content));
  return file.commit();
}

}  // namespace ibid::platform
