#pragma once

#include <cstdint>
#include <optional>

#include "platform/file.h"

namespace ibid::platform {

// What the control groups this process is in allow, the strictest level counting; containers and batch
// systems set these. Nothing where no limit is set.
struct CgroupLimits {
  std::optional<double> cpus;
  std::optional<int64_t> memory_bytes;
  // What the group that sets the limit has in use; without a limit, the innermost one that counts.
  std::optional<int64_t> memory_used_bytes;
  Path cpus_file, memory_file, memory_used_file;  // where each was read
  bool shows_cpus = false, shows_memory = false;  // whether there is a group that could set a limit
};

// Reads version 1, version 2 and both at once. The arguments are for tests.
CgroupLimits cgroup_limits(const Path& membership = "/proc/self/cgroup", const Path& root = "/sys/fs/cgroup");

}  // namespace ibid::platform
