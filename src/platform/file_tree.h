#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/file.h"

namespace ibid::platform {

// The files of a machine: this one's, or those of a captured one below a folder. Paths are absolute and are
// those of that machine, in errors too.
class FileTree {
 public:
  explicit FileTree(Path root = "/") : root_(std::move(root)) {}

  // Files of the kernel say 0 about their size and some never end: at most `max_bytes` are read, more is an
  // error.
  Result<std::string> read(std::string_view path, int64_t max_bytes = 16 << 20) const;
  // The first line without blanks around it; an empty one is an error.
  Result<std::string> read_line(std::string_view path) const;
  Result<int64_t> read_integer(std::string_view path) const;

  // Names in a folder, in byte order; none if there is no such folder or it may not be read.
  std::vector<std::string> names(std::string_view folder) const;
  bool exists(std::string_view path) const;
  // Where a symbolic link leads, as written in it.
  Result<std::string> link(std::string_view path) const;

  // Where the file lies for this process.
  Path inside(std::string_view path) const;

 private:
  Path root_;
};

}  // namespace ibid::platform
