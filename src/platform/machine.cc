#include "platform/machine.h"

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <string_view>
#include <system_error>

#include "base/number_text.h"
#include "base/text.h"
#include "platform/cgroup.h"
#include "platform/core_affinity.h"
#include "platform/file.h"

namespace ibid::platform {
namespace {

// The rest of the first line of `path` that begins with `key`, without the separator and quotes around it.
Result<std::string> line_value(const char* path, std::string_view key, char separator) {
  IBID_ASSIGN(const std::string content, read_file(path));
  for (const std::string& line : split(content, '\n')) {
    const size_t end = line.find(separator);
    if (end == std::string::npos || trim(std::string_view(line).substr(0, end)) != key) continue;
    std::string_view value = trim(std::string_view(line).substr(end + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    return std::string(value);
  }
  return Error(ErrorCode::kNotFound, std::string(path) + " has no line '" + std::string(key) + "'");
}

}  // namespace

Result<std::string> cpu_model() {
  constexpr const char* kCpuInfo = "/proc/cpuinfo";
  if (auto model = line_value(kCpuInfo, "model name", ':'); model.ok()) return model;
  // ARM kernels give numbers instead of a name.
  IBID_ASSIGN(const std::string implementer, line_value(kCpuInfo, "CPU implementer", ':'));
  IBID_ASSIGN(const std::string part, line_value(kCpuInfo, "CPU part", ':'));
  return "ARM implementer " + implementer + " part " + part;
}

int64_t logical_cores() { return std::max<int64_t>(1, ::sysconf(_SC_NPROCESSORS_ONLN)); }

int64_t allowed_cores() {
  const int64_t allowed = count_allowed_cores();
  return allowed > 0 ? allowed : logical_cores();
}

int64_t default_thread_count() {
  const int64_t allowed = allowed_cores();
  const std::optional<double> limit = cgroup_limits().cpus;
  if (!limit) return allowed;
  return std::clamp<int64_t>(static_cast<int64_t>(std::ceil(std::min(*limit, 1e6))), 1, allowed);
}

Result<int64_t> memory_bytes() {
  IBID_ASSIGN(const std::string text, line_value("/proc/meminfo", "MemTotal", ':'));
  const auto kibibytes = parse_int64(text.substr(0, text.find(' ')));
  if (!kibibytes) return Error(ErrorCode::kMalformed, "/proc/meminfo says MemTotal is '" + text + "'");
  return *kibibytes * 1024;
}

KernelName kernel_name() {
  utsname name{};
  ::uname(&name);
  return {name.sysname, name.release, name.version, name.machine};
}

std::string architecture() { return kernel_name().architecture; }

Result<std::string> operating_system() {
  if (auto name = line_value("/etc/os-release", "PRETTY_NAME", '='); name.ok()) return name;
  return line_value("/usr/lib/os-release", "PRETTY_NAME", '=');
}

std::string kernel_version() {
  const KernelName kernel = kernel_name();
  return kernel.name + " " + kernel.release;
}

Result<std::string> host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) {
    return Error(ErrorCode::kIo, "gethostname failed: " + std::generic_category().message(errno));
  }
  return std::string(name.data());
}

Result<std::string> c_library() {
#ifdef _CS_GNU_LIBC_VERSION
  std::array<char, 256> name{};
  const size_t size = ::confstr(_CS_GNU_LIBC_VERSION, name.data(), name.size());
  if (size > 1 && size <= name.size()) return std::string(name.data());
#endif
  return Error(ErrorCode::kUnsupported, "this C library does not say which it is");
}

Result<int64_t> page_bytes() {
  const long size = ::sysconf(_SC_PAGESIZE);
  if (size > 0) return int64_t{size};
  return Error(ErrorCode::kUnsupported, "sysconf does not know the size of a page");
}

int64_t clock_ticks_per_second() { return std::max<int64_t>(1, ::sysconf(_SC_CLK_TCK)); }

bool is_root() { return ::geteuid() == 0; }

int64_t peak_resident_bytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return int64_t{usage.ru_maxrss} * 1024;
}

}  // namespace ibid::platform
