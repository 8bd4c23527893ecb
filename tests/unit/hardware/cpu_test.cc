#include "hardware/cpu.h"

#include <doctest/doctest.h>

#include "captured_machine.h"
#include "hardware/cpu_info.h"
#include "support/temporary_folder.h"

namespace ibid::hardware {
namespace {

using test::bare_machine;
using test::captured_machine;
using test::put;
using test::TemporaryFolder;
using Texts = std::vector<std::string>;

TEST_CASE("two sockets with hyper-threads") {
  const Cpu cpu = collect_cpu(captured_machine("xeon-server"));
  CHECK(cpu.sockets.value() == 2);
  CHECK(cpu.cores.value() == 4);
  CHECK(cpu.threads.value() == 8);
  CHECK(cpu.cores.other_readings().empty());
  CHECK(cpu.numa_nodes.value() == 2);
  CHECK(cpu.core_kinds.value() == Texts{"all alike"});
  CHECK(cpu.clock_max_hz.value() == 4'000'000'000);
  CHECK(cpu.turbo.value());
  CHECK(cpu.virtualisation.value() == "none");
}

TEST_CASE("a processor that is off does not count, and hides nothing") {
  const Cpu cpu = collect_cpu(captured_machine("laptop"));
  CHECK(cpu.threads.value() == 7);
  CHECK(cpu.cores.value() == 5);
  CHECK(cpu.sockets.value() == 1);
}

TEST_CASE("both kinds of cores are shown where they differ") {
  const Cpu intel = collect_cpu(captured_machine("laptop"));
  CHECK(intel.core_kinds.value() == Texts{"performance (0-3)", "efficiency (4-6)"});
  CHECK(intel.cache_l1d_bytes.value() == 48 << 10);
  REQUIRE(intel.cache_l1d_bytes.other_readings().size() == 1);
  CHECK(intel.cache_l1d_bytes.other_readings()[0].value == 32 << 10);
  CHECK(intel.cache_l3_bytes.other_readings().empty());
  REQUIRE(intel.clock_max_hz.other_readings().size() == 1);
  CHECK(intel.clock_max_hz.other_readings()[0].value == 3'300'000'000);

  const Cpu arm = collect_cpu(captured_machine("arm-board"));
  CHECK(arm.core_kinds.value() == Texts{"0x41 0xd05 (0-1)", "0x41 0xd0b (2-3)"});
  CHECK(arm.model_number.value() == 0xd05);
  REQUIRE(arm.model_number.other_readings().size() == 1);
  CHECK(arm.model_number.other_readings()[0].value == 0xd0b);
  CHECK(arm.model_number.other_readings()[0].source == "/proc/cpuinfo, 'CPU part' of processor 2");
  CHECK(arm.vendor.value() == "ARM (0x41)");
  CHECK(arm.sockets.reason().find("says -1") != std::string::npos);
  CHECK(arm.cores.value() == 4);
}

TEST_CASE("sources that disagree are all shown") {
  const TemporaryFolder folder;
  put(folder.path(), "proc/cpuinfo",
      "processor: 0\nphysical id: 0\ncore id: 0\nmicrocode: 0x1\n\nprocessor: 1\nphysical id: 1\ncore id: "
      "0\n");
  put(folder.path(), "sys/devices/system/cpu/online", "0-2\n");
  put(folder.path(), "sys/devices/system/cpu/cpu0/microcode/version", "0x2\n");
  for (const char* cpu : {"cpu0", "cpu1"}) {
    const std::string topology = std::string("sys/devices/system/cpu/") + cpu + "/topology/";
    put(folder.path(), topology + "physical_package_id", "0\n");
    put(folder.path(), topology + "core_cpus_list", "0-1\n");
  }
  const Cpu cpu = collect_cpu(bare_machine(folder.path()));
  CHECK(cpu.threads.value() == 2);
  REQUIRE(cpu.threads.other_readings().size() == 1);
  CHECK(cpu.threads.other_readings()[0].value == 3);
  CHECK(cpu.sockets.value() == 1);
  CHECK(cpu.sockets.other_readings().at(0).value == 2);
  CHECK(cpu.cores.value() == 1);
  CHECK(cpu.cores.other_readings().at(0).value == 2);
  CHECK(cpu.microcode.other_readings().at(0).value == "0x2");
}

TEST_CASE("control groups: the strictest level, no limit, no group") {
  const Fact<double> slurm = collect_cpu(captured_machine("xeon-server")).cgroup_cpus;
  CHECK(slurm.value() == 4.0);
  CHECK(slurm.source() == "/sys/fs/cgroup/cpu,cpuacct/slurm/uid_1000/job_42/cpu.cfs_quota_us");
  const Fact<double> docker = collect_cpu(captured_machine("docker-container")).cgroup_cpus;
  CHECK(docker.value() == 1.5);
  CHECK(docker.source() == "/sys/fs/cgroup/cpu.max");
  CHECK(collect_cpu(captured_machine("amd-desktop")).cgroup_cpus.reason() ==
        "no control group of this process sets a limit");
  CHECK(collect_cpu(captured_machine("firecracker-vm")).cgroup_cpus.reason() ==
        "no control group of this process sets a limit");
  CHECK(collect_cpu(captured_machine("xen-podman")).cgroup_cpus.reason() ==
        "no control group of this process is visible under /sys/fs/cgroup");
  CHECK(collect_cpu(captured_machine("almost-nothing")).cgroup_cpus.reason() ==
        "there is no /proc/self/cgroup");
}

TEST_CASE("the lists of the kernel") {
  CHECK(numbers_in_list("0-3,8\n", "list").value() == std::vector<int64_t>{0, 1, 2, 3, 8});
  for (const char* wrong : {"", "a", "3-1", "-1", "0-", "0,,1", "0-99999999", "0-1000000,0-1000000"}) {
    CAPTURE(wrong);
    CHECK_FALSE(numbers_in_list(wrong, "list").ok());
  }
  CHECK(list_of_numbers({0, 1, 2, 3, 8, 10, 11}) == "0-3,8,10-11");
  CHECK(list_of_numbers({}) == "");
}

}  // namespace
}  // namespace ibid::hardware
