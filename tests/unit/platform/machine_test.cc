#include "platform/machine.h"

#include <doctest/doctest.h>
#include <sched.h>

#include "platform/atomic_file.h"
#include "platform/cgroup.h"
#include "support/temporary_folder.h"

namespace ibid::platform {
namespace {

using test::TemporaryFolder;

void put(const Path& path, const std::string& content) {
  REQUIRE(make_folders(path.parent_path()).ok());
  REQUIRE(write_file_atomically(path, content).ok());
}

TEST_CASE("the machine's facts are plausible") {
  CHECK(logical_cores() >= allowed_cores());
  CHECK(default_thread_count() >= 1);
  CHECK(default_thread_count() <= allowed_cores());
  CHECK(memory_bytes().value() > int64_t{64} << 20);
  CHECK(peak_resident_bytes() > int64_t{1} << 20);
  CHECK_FALSE(architecture().empty());
  CHECK(kernel_version().starts_with("Linux "));
  CHECK_FALSE(operating_system().value().empty());
}

TEST_CASE("the affinity mask lowers the number of allowed cores") {
  cpu_set_t saved;
  REQUIRE(::sched_getaffinity(0, sizeof saved, &saved) == 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  for (size_t core = 0; core < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++core) {
    if (CPU_ISSET(core, &saved)) CPU_SET(core, &one);
  }
  REQUIRE(::sched_setaffinity(0, sizeof one, &one) == 0);
  CHECK(allowed_cores() == 1);
  CHECK(default_thread_count() == 1);
  REQUIRE(::sched_setaffinity(0, sizeof saved, &saved) == 0);
}

TEST_CASE("control groups, version 2: the strictest level counts") {
  const TemporaryFolder folder;
  put(folder / "membership", "0::/job/step\n");
  put(folder / "root/cpu.max", "max 100000\n");
  put(folder / "root/job/cpu.max", "150000 100000\n");
  put(folder / "root/job/memory.max", "1073741824\n");
  put(folder / "root/job/step/cpu.max", "400000 100000\n");
  put(folder / "root/job/step/memory.max", "max\n");
  const CgroupLimits limits = cgroup_limits(folder / "membership", folder / "root");
  CHECK(limits.cpus == 1.5);
  CHECK(limits.memory_bytes == int64_t{1} << 30);
}

TEST_CASE("control groups, version 1, also where the named group is not mounted") {
  const TemporaryFolder folder;
  put(folder / "membership", "7:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n0::/\n");
  put(folder / "root/cpu,cpuacct/cpu.cfs_quota_us", "250000\n");
  put(folder / "root/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  put(folder / "root/memory/memory.limit_in_bytes", "9223372036854771712\n");
  const CgroupLimits limits = cgroup_limits(folder / "membership", folder / "root");
  CHECK(limits.cpus == 2.5);
  CHECK_FALSE(limits.memory_bytes.has_value());
}

TEST_CASE("no limit, or files that make no sense, limit nothing") {
  const TemporaryFolder folder;
  CHECK_FALSE(cgroup_limits(folder / "none", folder / "root").cpus.has_value());
  put(folder / "membership", "0::/\n4:cpu:/\nnonsense\n");
  put(folder / "root/cpu.max", "many\n");
  put(folder / "root/cpu/cpu.cfs_quota_us", "-1\n");
  put(folder / "root/cpu/cpu.cfs_period_us", "100000\n");
  CHECK_FALSE(cgroup_limits(folder / "membership", folder / "root").cpus.has_value());
}

}  // namespace
}  // namespace ibid::platform
