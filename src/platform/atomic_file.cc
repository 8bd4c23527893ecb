#include "platform/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <string>

#include "base/number_text.h"
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

// A new file of a name that nobody uses. Not mkstemp: its files may be read by their owner alone, and finding
// out which permissions are usual would mean changing the umask under other threads.
Result<FileDescriptor> create_unused(const Path& path, Path& temporary_path) {
  static std::atomic<int64_t> counter{0};
  constexpr int kAttempts = 1000;  // only remains of crashed processes stand in the way
  const std::string stem = "." + path.filename().string() + "." + number_text(int64_t{::getpid()}) + ".";
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    temporary_path = folder_of(path) / (stem + number_text(counter.fetch_add(1)) + ".part");
    FileDescriptor file(::open(temporary_path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file.valid()) return file;
    if (errno != EEXIST) break;
  }
  return file_error("write", path, errno);
}

}  // namespace

Result<AtomicFile> AtomicFile::create(const Path& path) {
  Path temporary_path;
  IBID_ASSIGN(FileDescriptor file, create_unused(path, temporary_path));
  return AtomicFile(path, std::move(temporary_path), std::move(file));
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
  if (::fsync(file_.get()) != 0) return file_error("write", path_, errno);
  IBID_TRY(publish());
  return synchronise_folder(folder_of(path_));
}

Result<void> AtomicFile::publish() {
  IBID_CHECK(file_.valid(), "publish() after commit()");
  if (::rename(temporary_path_.c_str(), path_.c_str()) != 0) return file_error("write", path_, errno);
  file_.reset();
  return {};
}

Result<void> write_file_atomically(const Path& path, std::string_view content) {
  IBID_ASSIGN(AtomicFile file, AtomicFile::create(path));
  IBID_TRY(file.write(content));
  return file.commit();
}

Result<void> synchronise_file_system(const Path& folder) {
  const FileDescriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) return file_error("open", folder, errno);
  if (::syncfs(directory.get()) != 0) return file_error("synchronise", folder, errno);
  return {};
}

}  // namespace ibid::platform
