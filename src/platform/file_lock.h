#pragma once

#include "base/result.h"
#include "platform/file.h"
#include "platform/file_descriptor.h"

namespace ibid::platform {

// Keeps other processes that ask for the same lock waiting until this object is gone or the process ends. The
// file is made if need be and stays: removing it would let two processes hold two locks of one name.
class FileLock {
 public:
  // The folder must exist. Errors: i/o; busy after ten seconds; interrupted.
  static Result<FileLock> acquire(const Path& path);

 private:
  explicit FileLock(FileDescriptor file) : file_(std::move(file)) {}

  FileDescriptor file_;
};

}  // namespace ibid::platform
