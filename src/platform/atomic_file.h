#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/result.h"
#include "platform/file.h"
#include "platform/file_descriptor.h"

namespace ibid::platform {

// A file that appears under its name only when it is complete and on the disk: it is written under a
// temporary name in the same folder, synchronised, and renamed by commit(). Without commit() nothing remains.
// Whoever reads the name sees the old content or the new one, after a crash or power failure too.
class AtomicFile {
 public:
  // The folder must exist.
  static Result<AtomicFile> create(const Path& path);
  ~AtomicFile();
  AtomicFile(AtomicFile&&) noexcept = default;
  AtomicFile& operator=(AtomicFile&&) = delete;

  Result<void> write(std::span<const std::byte> bytes);
  Result<void> write(std::string_view bytes);
  Result<void> commit();
  // The same without waiting for the disk: for files whose readers notice when one is torn. Follow the last
  // of many by synchronise_file_system().
  Result<void> publish();

 private:
  AtomicFile(Path path, Path temporary_path, FileDescriptor file)
      : path_(std::move(path)), temporary_path_(std::move(temporary_path)), file_(std::move(file)) {}

  Path path_;
  Path temporary_path_;
  FileDescriptor file_;
};

Result<void> write_file_atomically(const Path& path, std::string_view content);

// Waits until everything written to the file system that `folder` lies on is on the disk.
Result<void> synchronise_file_system(const Path& folder);

}  // namespace ibid::platform
