#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "platform/file.h"
#include "platform/file_descriptor.h"

namespace ibid::platform {

// Appends lines to a file. Lines are gathered and reach the operating system whole, at flush() or when enough
// have come together, so a reader never sees half a line unless the disk is full.
class LineWriter {
 public:
  static Result<LineWriter> append_to(const Path& path);
  // Flushes; whoever must know whether that went well calls flush() first.
  ~LineWriter();
  LineWriter(LineWriter&&) noexcept = default;
  LineWriter& operator=(LineWriter&&) = delete;

  // `line` without its line end.
  Result<void> write_line(std::string_view line);
  Result<void> flush();

 private:
  LineWriter(Path path, FileDescriptor file) : path_(std::move(path)), file_(std::move(file)) {}

  Path path_;
  FileDescriptor file_;
  std::string pending_;
};

}  // namespace ibid::platform
