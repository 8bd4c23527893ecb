#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "platform/file.h"

namespace ibid::platform {

enum class FileKind { kFile, kFolder, kLink, kSpecial };

// What the system says about a file without its content being read. As long as none of it changes, neither
// did the content, unless two changes fall into one tick of the file system's clock.
struct FileStatus {
  FileKind kind = FileKind::kSpecial;
  bool executable = false;  // by its owner
  uint64_t device = 0;
  uint64_t inode = 0;
  int64_t size_bytes = 0;
  int64_t modified_ns = 0;  // of the content, since 1970-01-01 UTC
  int64_t changed_ns = 0;   // of the content or the status

  auto operator<=>(const FileStatus&) const = default;
};

struct FolderEntry {
  std::string name;
  FileStatus status;
};

// Of the path itself, also if it is a symbolic link.
Result<FileStatus> status_of(const Path& path);

// The entries of a folder with their status, in byte order of their names. An entry that goes away under way
// is an error.
Result<std::vector<FolderEntry>> scan_folder(const Path& folder);

// Where a symbolic link leads, as written in it.
Result<std::string> link_target(const Path& path);

}  // namespace ibid::platform
