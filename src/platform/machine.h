#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace ibid::platform {

// Facts about the machine. One that could not be had is an error that says why, never an empty text.

Result<std::string> cpu_model();
// Cores the machine has, hyper-threads counted; those this process may use by its affinity mask.
int64_t logical_cores();
int64_t allowed_cores();
// How many threads to use if nobody says: the allowed cores, or fewer if a control group grants less.
int64_t default_thread_count();

Result<int64_t> memory_bytes();

struct KernelName {
  std::string name, release, version;  // "Linux", "6.1.0-18-amd64", "#1 SMP ..."
  std::string architecture;            // "x86_64"
};
KernelName kernel_name();

std::string architecture();              // "x86_64"
Result<std::string> operating_system();  // "Debian GNU/Linux 12 (bookworm)"
std::string kernel_version();            // "Linux 6.1.0-18-amd64"
Result<std::string> host_name();
Result<std::string> c_library();  // "glibc 2.36"
Result<int64_t> page_bytes();

// The unit in which the kernel's files count processor time.
int64_t clock_ticks_per_second();

// Whether this process runs with the rights of the superuser.
bool is_root();

// The most memory this process has had at once.
int64_t peak_resident_bytes();

}  // namespace ibid::platform
