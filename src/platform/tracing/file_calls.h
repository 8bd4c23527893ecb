#pragma once

#include <cstdint>
#include <span>

namespace ibid::platform {

enum class FileCallKind { kOpen, kTruncate, kRename, kLink, kRemove };

// Where a system call that names files has its arguments; -1: it has none of this kind.
struct FileCall {
  int64_t number;
  FileCallKind kind;
  int path;             // the argument with the path,
  int folder = -1;      // and that with the descriptor of the folder it is relative to
  int other_path = -1;  // what it is renamed or linked to
  int other_folder = -1;
  int flags = -1;
  bool flags_by_address = false;  // openat2: the argument points to them
};

// All that are traced. What they have in common: they bring a file's name and its content together or apart.
// open_by_handle_at and io_uring do so as well, and are not seen.
std::span<const FileCall> file_calls();

// Nothing if the call is none of them.
const FileCall* find_file_call(int64_t number);

}  // namespace ibid::platform
