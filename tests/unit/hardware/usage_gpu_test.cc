#include "hardware/usage_gpu.h"

#include <doctest/doctest.h>

#include "hardware/usage_sampler.h"
#include "support/fake_machine.h"
#include "support/stubs/gpu_stubs.h"
#include "unit/hardware/gpu_checks.h"

using namespace ibid;
using namespace ibid::hardware;
using namespace ibid::test;

namespace {

std::string nvidia_answers(const std::string& moving) {
  return "nvml.init 0\nnvml.count 1\nnvml.0.pci 0 0x3b 0 0x20b010de\nnvml.0.name NVIDIA H200\n" + moving;
}

// Process 70 with a child, 71.
FakeMachine with_process() {
  FakeMachine machine;
  const std::string rest =
      " 0 0 0 0 0 0 0 0 0 1 1 0 0 20 0 1 0 500 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n";
  machine.write("/proc/70/stat", "70 (python3) S 1" + rest);
  machine.write("/proc/71/stat", "71 (python3) S 70" + rest);
  machine.write("/proc/71/comm", "python3\n");
  machine.write("/proc/95/stat", "95 (other) S 1" + rest);
  machine.write("/proc/95/comm", "other\n");
  return machine;
}

// Two samples, a second apart, with `between` called in between.
Report two_samples(const FakeMachine& machine, const GpuLibraries& libraries, std::optional<int64_t> process,
                   const std::function<void()>& between) {
  const Machine seen = machine.machine();
  auto sampler = UsageSampler::create(seen, libraries, process);
  REQUIRE(sampler.ok());
  CHECK(sampler.value().sample(10));
  between();
  CHECK(sampler.value().sample(11));
  Report report;
  sampler.value().write(report);
  return report;
}

}  // namespace

TEST_CASE("what an NVIDIA device did, and for whom") {
  FakeMachine machine = with_process();
  machine.add_pci_device("0000:3b:00.0", "030200", "10de", "20b0", "nvidia");
  const StubAnswers answers(nvidia_answers(
      "nvml.0.utilisation 20 5\nnvml.0.memory 1000 900 100\nnvml.0.temperature 41\nnvml.0.power 90500\n"
      "nvml.0.clock.1 1980\nnvml.0.throttling 0x1\nnvml.0.processes 2\nnvml.0.process.0 71 2147483648\n"
      "nvml.0.process.1 95 18446744073709551615\n"));
  const Report report = two_samples(machine, nvidia_stubs(), 70, [&answers] {
    answers.set(nvidia_answers(
        "nvml.0.utilisation 91 50\nnvml.0.memory 1000 300 700\nnvml.0.temperature 83\nnvml.0.power 310500\n"
        "nvml.0.clock.1 1350\nnvml.0.throttling 0x24\nnvml.0.processes 1\nnvml.0.process.0 71 1073741824\n"));
  });
  REQUIRE(report.used_gpus.is_known());
  REQUIRE(report.used_gpus.items.size() == 1);
  const UsedGpu& used = report.used_gpus.items[0];
  check_all_asked(used);
  check_known(used.pci_address, "0000:3b:00.0");
  check_known(used.name, "NVIDIA H200");
  check_known(used.utilisation_mean_percent, 55.5);
  check_known(used.utilisation_max_percent, 91.0);
  check_known(used.memory_used_max_bytes, 700);
  check_known(used.temperature_max_celsius, 83.0);
  check_known(used.power_mean_w, 200.5);
  check_known(used.power_max_w, 310.5);
  check_known(used.clock_sm_min_hz, 1'350'000'000);
  check_known(used.clock_sm_max_hz, 1'980'000'000);
  check_known(used.throttling, std::vector<std::string>{"idle", "power limit", "temperature, by the driver"});
  check_known(used.processes, std::vector<std::string>{"71 python3: 2.0 GiB", "95 other"});
  check_known(used.by_process, true);
}

TEST_CASE("a device that others use, and one whose users cannot be seen") {
  const FakeMachine machine = with_process();
  const StubAnswers answers(nvidia_answers("nvml.0.processes 1\nnvml.0.process.0 95 5\n"));
  Report report = two_samples(machine, nvidia_stubs(), 70, [] {});
  REQUIRE(report.used_gpus.items.size() == 1);
  check_known(report.used_gpus.items[0].by_process, false);

  // In a container: the numbers are those of the host.
  answers.set(nvidia_answers("nvml.0.processes 1\nnvml.0.process.0 40001 5\n"));
  report = two_samples(machine, nvidia_stubs(), 70, [] {});
  CHECK(reason(report.used_gpus.items[0].by_process) ==
        "the driver names processes that cannot be seen from here");
  check_known(report.used_gpus.items[0].processes, std::vector<std::string>{"40001: 5 bytes"});

  report = two_samples(machine, nvidia_stubs(), std::nullopt, [] {});
  CHECK(has(reason(report.used_gpus.items[0].by_process), "no process: name one with --pid"));
}

TEST_CASE("an old driver tells less, with reasons") {
  const FakeMachine machine = with_process();
  const StubAnswers answers(nvidia_answers("nvml.0.utilisation 20 5\nnvml.0.throttling 0x40\n"));
  const Report report = two_samples(machine, old_nvidia_stubs(), 70, [] {});
  REQUIRE(report.used_gpus.items.size() == 1);
  const UsedGpu& used = report.used_gpus.items[0];
  check_all_asked(used);
  check_known(used.utilisation_max_percent, 20.0);
  check_known(used.throttling, std::vector<std::string>{"temperature, by the hardware"});
  CHECK(has(reason(used.processes), "has no nvmlDeviceGetComputeRunningProcesses_v3: the driver is too old"));
  CHECK(has(reason(used.power_max_w), "nvmlDeviceGetPowerUsage says: not supported"));
}

TEST_CASE("what an AMD device did") {
  FakeMachine machine = with_process();
  machine.add_pci_device("0000:c1:00.0", "038000", "1002", "740f", "amdgpu");
  const std::string folder = "/sys/bus/pci/devices/0000:c1:00.0/";
  const auto write = [&](const char* busy, const char* used, const char* clocks) {
    machine.write(folder + "gpu_busy_percent", busy);
    machine.write(folder + "mem_info_vram_used", used);
    machine.write(folder + "pp_dpm_sclk", clocks);
  };
  write("10\n", "1000\n", "0: 500Mhz *\n1: 1700Mhz\n");
  machine.write(folder + "hwmon/hwmon3/temp1_input", "55500\n");
  machine.write(folder + "hwmon/hwmon3/power1_average", "120000000\n");
  const char* info =
      "pos: 0\ndrm-driver: amdgpu\ndrm-pdev: 0000:c1:00.0\ndrm-client-id: 9\ndrm-memory-vram: 2048 KiB\n";
  machine.write("/proc/70/fdinfo/5", info);
  machine.write("/proc/70/fdinfo/6", info);  // a copy of the same opening
  machine.write("/proc/70/fdinfo/7", "pos: 0\n");
  const Report report = two_samples(machine, no_libraries(), 70,
                                    [&write] { write("30\n", "4000\n", "0: 500Mhz\n1: 1700Mhz *\n"); });
  REQUIRE(report.used_gpus.items.size() == 1);
  const UsedGpu& used = report.used_gpus.items[0];
  check_all_asked(used);
  check_known(used.utilisation_mean_percent, 20.0);
  check_known(used.memory_used_max_bytes, 4000);
  check_known(used.temperature_max_celsius, 55.5);
  check_known(used.power_max_w, 120.0);
  check_known(used.clock_sm_min_hz, 500'000'000);
  check_known(used.clock_sm_max_hz, 1'700'000'000);
  check_known(used.processes, std::vector<std::string>{"70: 2.0 MiB"});
  CHECK(has(reason(used.throttling), "amdgpu does not tell it"));
  CHECK(has(reason(used.name), "product_name"));
}

TEST_CASE("devices that tell nothing say why") {
  FakeMachine machine = with_process();
  machine.add_pci_device("0000:01:00.0", "030000", "10de", "2684");
  machine.add_pci_device("0000:02:00.0", "030000", "10de", "2684", "nvidia");
  machine.add_pci_device("0000:03:00.0", "038000", "8086", "0bda", "i915");
  const Report report = two_samples(machine, no_libraries(), 70, [] {});
  REQUIRE(report.used_gpus.items.size() == 3);
  for (const UsedGpu& used : report.used_gpus.items) check_all_asked(used);
  CHECK(reason(report.used_gpus.items[0].power_max_w) == "present, but no driver is loaded");
  CHECK(
      has(reason(report.used_gpus.items[1].power_max_w), "NVML: there is no /nonexistent/libnvidia-ml.so.1"));
  CHECK(has(reason(report.used_gpus.items[2].power_max_w), "i915 does not tell it"));
  check_known(report.used_gpus.items[2].by_process, false);
  CHECK(has(report.used_gpus.source, "NVML: there is no"));
}

TEST_CASE("reasons for a lower clock") {
  CHECK(throttling_texts(0).empty());
  CHECK(throttling_texts(0x80) == std::vector<std::string>{"external power brake"});
  CHECK(throttling_texts(0x1000) == std::vector<std::string>{"reasons that are not documented: 4096"});
}
