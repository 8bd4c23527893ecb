#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace ibid::platform {

// What a process that is stopped for its tracer has in its memory and in /proc. `process` may be a thread.

// A text that ends in 0. Nothing if it cannot be read.
std::optional<std::string> traced_text(pid_t process, uint64_t address);

std::optional<uint64_t> traced_word(pid_t process, uint64_t address);

// `path` as the process means it, absolute and without "." and "..", relative to the folder that `folder`
// (a descriptor or AT_FDCWD) stands for. Links stay as they are named. Nothing if the folder has no name.
std::optional<std::string> traced_path(pid_t process, int folder, const std::string& path);

// The program that it runs; empty if that cannot be told.
std::string traced_program(pid_t process);

// Whether paths mean the same files to it as to this process: neither chroot nor a mount namespace of its
// own.
bool sees_our_files(pid_t process);

}  // namespace ibid::platform
