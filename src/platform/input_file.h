#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "platform/file.h"
#include "platform/file_descriptor.h"
#include "platform/folder_scan.h"

namespace ibid::platform {

// A file open for reading; several threads may read it at once.
class InputFile {
 public:
  // Neither follows a symbolic link nor waits for the other end of a pipe that took the file's place.
  static Result<InputFile> open(const Path& path);

  // Fills the buffer from `offset` on; less only at the end of the file.
  Result<size_t> read_at(int64_t offset, std::span<std::byte> buffer) const;
  Result<FileStatus> status() const;

 private:
  InputFile(Path path, FileDescriptor file) : path_(std::move(path)), file_(std::move(file)) {}

  Path path_;
  FileDescriptor file_;
};

}  // namespace ibid::platform
