#include "platform/tracing/traced_process.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <climits>
#include <filesystem>

namespace ibid::platform {
namespace {

constexpr uint64_t kPageBytes = 4096;

std::string link_target(const std::string& link) {
  std::error_code problem;
  const std::string target = std::filesystem::read_symlink(link, problem).string();
  return problem ? std::string() : target;
}

std::string of_process(pid_t process, const std::string& what) {
  return "/proc/" + std::to_string(process) + "/" + what;
}

// The kernel copies whole pages or nothing: one that is not there may follow the text's.
ssize_t copy(pid_t process, uint64_t address, char* to, size_t n) {
  const iovec local{to, n};
  // The address is one of the other process.
  const iovec remote{reinterpret_cast<void*>(address), n};
  return ::process_vm_readv(process, &local, 1, &remote, 1, 0);
}

}  // namespace

std::optional<std::string> traced_text(pid_t process, uint64_t address) {
  std::string text;
  std::array<char, kPageBytes> buffer;
  while (text.size() < PATH_MAX) {
    const uint64_t at = address + text.size();
    const ssize_t n = copy(process, at, buffer.data(), kPageBytes - at % kPageBytes);
    if (n <= 0) return std::nullopt;
    const auto end = buffer.begin() + n;
    const auto zero = std::find(buffer.begin(), end, '\0');
    text.append(buffer.begin(), zero);
    if (zero != end) return text;
  }
  return std::nullopt;
}

std::optional<uint64_t> traced_word(pid_t process, uint64_t address) {
  uint64_t word = 0;
  if (copy(process, address, reinterpret_cast<char*>(&word), sizeof word) != sizeof word) return std::nullopt;
  return word;
}

std::optional<std::string> traced_path(pid_t process, int folder, const std::string& path) {
  if (path.empty()) return std::nullopt;
  if (path.front() == '/') return std::filesystem::path(path).lexically_normal().string();
  const std::string base =
      link_target(of_process(process, folder == AT_FDCWD ? "cwd" : "fd/" + std::to_string(folder)));
  if (base.empty() || base.front() != '/') return std::nullopt;
  return (std::filesystem::path(base) / path).lexically_normal().string();
}

std::string traced_program(pid_t process) { return link_target(of_process(process, "exe")); }

bool sees_our_files(pid_t process) {
  struct stat theirs{}, ours{};
  if (::stat(of_process(process, "root").c_str(), &theirs) != 0 || ::stat("/", &ours) != 0) return true;
  if (theirs.st_ino != ours.st_ino || theirs.st_dev != ours.st_dev) return false;
  return link_target(of_process(process, "ns/mnt")) == link_target("/proc/self/ns/mnt");
}

}  // namespace ibid::platform
