#include "platform/tracing/file_calls.h"

#include <sys/syscall.h>

#include <algorithm>
#include <array>

namespace ibid::platform {
namespace {

using enum FileCallKind;

constexpr std::array kCalls = {
    FileCall{.number = SYS_openat, .kind = kOpen, .path = 1, .folder = 0, .flags = 2},
    FileCall{
        .number = SYS_openat2, .kind = kOpen, .path = 1, .folder = 0, .flags = 2, .flags_by_address = true},
    FileCall{.number = SYS_truncate, .kind = kTruncate, .path = 0},
    FileCall{
        .number = SYS_renameat2, .kind = kRename, .path = 1, .folder = 0, .other_path = 3, .other_folder = 2},
    FileCall{.number = SYS_linkat, .kind = kLink, .path = 1, .folder = 0, .other_path = 3, .other_folder = 2},
    FileCall{.number = SYS_unlinkat, .kind = kRemove, .path = 1, .folder = 0, .flags = 2},
#ifdef SYS_renameat
    FileCall{
        .number = SYS_renameat, .kind = kRename, .path = 1, .folder = 0, .other_path = 3, .other_folder = 2},
#endif
// Newer processors' Linux has none of these.
#ifdef SYS_open
    FileCall{.number = SYS_open, .kind = kOpen, .path = 0, .flags = 1},
    FileCall{.number = SYS_creat, .kind = kOpen, .path = 0},
    FileCall{.number = SYS_rename, .kind = kRename, .path = 0, .other_path = 1},
    FileCall{.number = SYS_link, .kind = kLink, .path = 0, .other_path = 1},
    FileCall{.number = SYS_unlink, .kind = kRemove, .path = 0},
#endif
};

}  // namespace

std::span<const FileCall> file_calls() { return kCalls; }

const FileCall* find_file_call(int64_t number) {
  const auto found =
      std::find_if(kCalls.begin(), kCalls.end(), [&](const FileCall& call) { return call.number == number; });
  return found == kCalls.end() ? nullptr : &*found;
}

}  // namespace ibid::platform
