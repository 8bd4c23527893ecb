#pragma once

#include <string_view>

#include "base/result.h"
#include "platform/file.h"
#include "platform/file_descriptor.h"

namespace ibid::platform {

// A file that grows: what was appended has reached the operating system when append() returns.
class AppendFile {
 public:
  // Empty, whatever it held before. The folder must exist.
  static Result<AppendFile> create(const Path& path);

  // With what it holds already; a new one if there is none.
  static Result<AppendFile> open(const Path& path);

  Result<void> append(std::string_view bytes);

 private:
  AppendFile(Path path, FileDescriptor file) : path_(std::move(path)), file_(std::move(file)) {}

  Path path_;
  FileDescriptor file_;
};

}  // namespace ibid::platform
