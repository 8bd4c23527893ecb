#pragma once

#include <string_view>
#include <utility>

#include "base/result.h"
#include "platform/file.h"
#include "platform/file_descriptor.h"

namespace ibid::platform {

// A file without a name that lies in memory, for a program that takes files only: on no disk, and gone with
// this object.
class MemoryFile {
 public:
  // Errors: out of memory.
  static Result<MemoryFile> create(std::string_view content);

  // By which other processes of the same user open it while this one lives.
  Path path() const;

 private:
  explicit MemoryFile(FileDescriptor file) : file_(std::move(file)) {}

  FileDescriptor file_;
};

}  // namespace ibid::platform
