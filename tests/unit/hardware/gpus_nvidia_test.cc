#include <doctest/doctest.h>

#include "hardware/gpus.h"
#include "support/fake_machine.h"
#include "support/stubs/gpu_stubs.h"
#include "unit/hardware/gpu_checks.h"

using namespace ibid;
using namespace ibid::hardware;
using namespace ibid::test;

namespace {

const char* kTwoGpus = R"(nvml.init 0
nvml.driver 550.54.15
nvml.version 12.550.54.15
nvml.count 2
nvml.0.name NVIDIA A100-SXM4-40GB
nvml.0.uuid GPU-11111111-2222-3333-4444-555555555555
nvml.0.serial 1560000000001
nvml.0.pci 0 0x3b 0 0x20b010de
nvml.0.capability 8 0
nvml.0.architecture 7
nvml.0.cores 6912
nvml.0.memory 42949672960 42000000000 949672960
nvml.0.clock.1 1095
nvml.0.clock.2 1215
nvml.0.clock_max.1 1410
nvml.0.clock_max.2 1215
nvml.0.power_limit 400000
nvml.0.ecc 1
nvml.0.mig_mode 0
nvml.0.persistence 1
nvml.0.compute_mode 3
nvml.0.pcie_generation 4
nvml.0.pcie_generation_max 4
nvml.0.pcie_width 16
nvml.0.pcie_width_max 16
nvml.0.link.0 1
nvml.0.link.0.pci 0 0xaf 0 0x20b010de
nvml.0.link.1 1
nvml.0.link.1.pci 0 0xaf 0 0x20b010de
nvml.0.link.2 1
nvml.0.link.2.pci 0 0xc1 0 0x1af110de
nvml.0.link.3 0
nvml.0.ancestor.1 50
nvml.1.name NVIDIA A100-SXM4-40GB
nvml.1.uuid GPU-66666666-7777-8888-9999-aaaaaaaaaaaa
nvml.1.pci 0 0xaf 0 0x20b010de
nvml.1.capability 8 0
nvml.1.cores 6912
nvml.1.mig_mode 1
nvml.1.mig_max 7
nvml.1.ancestor.0 50
nvml.1.mig.0.name NVIDIA A100-SXM4-40GB MIG 3g.20gb
nvml.1.mig.0.uuid MIG-00000000-1111-2222-3333-444444444444
nvml.1.mig.0.attributes 42 19968
nvml.1.mig.3.name NVIDIA A100-SXM4-40GB MIG 1g.5gb
nvml.1.mig.3.uuid MIG-99999999-1111-2222-3333-444444444444
nvml.1.mig.3.attributes 14 4864
cuda.init 0
cuda.version 12040
cuda.count 2
cuda.0.name NVIDIA A100-SXM4-40GB
cuda.0.pci 0000:3B:00.0
cuda.0.uuid 0x11 0x11 0x11 0x11 0x22 0x22 0x33 0x33 0x44 0x44 0x55 0x55 0x55 0x55 0x55 0x55
cuda.0.memory 42298834944
cuda.0.attribute.13 1410000
cuda.0.attribute.16 108
cuda.0.attribute.20 3
cuda.0.attribute.32 1
cuda.0.attribute.36 1215000
cuda.0.attribute.75 8
cuda.0.attribute.76 0
cuda.1.name NVIDIA A100-SXM4-40GB MIG 3g.20gb
cuda.1.pci 0000:AF:00.0
cuda.1.attribute.16 42
)";

FakeMachine two_gpu_machine() {
  FakeMachine machine;
  for (const char* address : {"0000:3b:00.0", "0000:af:00.0"}) {
    machine.add_pci_device(address, "030200", "10de", "20b0", "nvidia");
    const std::string folder = "/sys/bus/pci/devices/" + std::string(address) + "/";
    machine.write(folder + "current_link_speed", "16.0 GT/s PCIe\n");
    machine.write(folder + "max_link_speed", "16.0 GT/s PCIe\n");
    machine.write(folder + "current_link_width", "8\n");
    machine.write(folder + "max_link_width", "16\n");
  }
  machine.write("/proc/driver/nvidia/gpus/0000:3b:00.0/information",
                "Model: \t\t NVIDIA A100-SXM4-40GB\nGPU UUID: \t GPU-?\n");
  machine.write("/sys/module/nvidia/version", "550.54.14\n");
  return machine;
}

}  // namespace

TEST_CASE("two NVIDIA devices: every field, clocks in Hz") {
  const StubAnswers answers(kTwoGpus);
  const auto gpus = collect_gpus(two_gpu_machine().machine(), nvidia_stubs());
  REQUIRE(gpus.is_known());
  REQUIRE(gpus.items.size() == 2);
  for (const Gpu& gpu : gpus.items) check_all_asked(gpu);
  const Gpu& gpu = gpus.items[0];
  check_known(gpu.vendor, "NVIDIA");
  check_known(gpu.name, "NVIDIA A100-SXM4-40GB");
  check_known(gpu.uuid, "GPU-11111111-2222-3333-4444-555555555555");
  CHECK(gpu.uuid.other_readings().empty());
  check_known(gpu.serial, "1560000000001");
  check_known(gpu.pci_address, "0000:3b:00.0");
  check_known(gpu.pci_ids, "10de:20b0");
  CHECK(gpu.pci_ids.other_readings().empty());
  check_known(gpu.driver, "nvidia");
  check_known(gpu.architecture, "Ampere");
  check_known(gpu.compute_capability, "8.0");
  check_known(gpu.compute_units, 108);
  CHECK(gpu.compute_units.other_readings().empty());
  check_known(gpu.memory_total_bytes, 42949672960);
  check_known(gpu.clock_sm_hz, 1'095'000'000);
  check_known(gpu.clock_sm_max_hz, 1'410'000'000);
  check_known(gpu.clock_memory_hz, 1'215'000'000);
  check_known(gpu.clock_memory_max_hz, 1'215'000'000);
  // The CUDA driver counts in kHz: the same in Hz, or it would stand here.
  CHECK(gpu.clock_sm_max_hz.other_readings().empty());
  CHECK(gpu.clock_memory_max_hz.other_readings().empty());
  check_known(gpu.power_limit_w, 400.0);
  check_known(gpu.ecc, true);
  check_known(gpu.mig, false);
  check_known(gpu.mig_instances, std::vector<std::string>{});
  check_known(gpu.persistence_mode, true);
  check_known(gpu.compute_mode, "exclusive to a process");
  check_known(gpu.pcie_generation, 4);
  check_known(gpu.pcie_width_max, 16);
}

TEST_CASE("sources that disagree are all shown") {
  const StubAnswers answers(kTwoGpus);
  const auto gpus = collect_gpus(two_gpu_machine().machine(), nvidia_stubs());
  REQUIRE(gpus.items.size() == 2);
  const Gpu& gpu = gpus.items[0];
  check_known(gpu.pcie_width, 16);
  REQUIRE(gpu.pcie_width.other_readings().size() == 1);
  CHECK(gpu.pcie_width.other_readings()[0].value == 8);
  CHECK(gpu.pcie_width.other_readings()[0].source == "/sys/bus/pci/devices/0000:3b:00.0/current_link_width");
  check_known(gpu.driver_version, "550.54.15");
  REQUIRE(gpu.driver_version.other_readings().size() == 1);
  CHECK(gpu.driver_version.other_readings()[0].value == "550.54.14");
  REQUIRE(gpu.memory_total_bytes.other_readings().size() == 1);
  CHECK(gpu.memory_total_bytes.other_readings()[0].value == 42298834944);
}

TEST_CASE("NVLinks and the way between devices") {
  const StubAnswers answers(kTwoGpus);
  const auto gpus = collect_gpus(two_gpu_machine().machine(), nvidia_stubs());
  REQUIRE(gpus.items.size() == 2);
  check_known(gpus.items[0].nvlinks_active, 3);
  check_known(gpus.items[0].topology,
              std::vector<std::string>{"to 0000:af:00.0: 2 NVLinks, by the link between NUMA nodes",
                                       "1 NVLinks to switches or devices that are not listed"});
  CHECK(has(reason(gpus.items[1].nvlinks_active), "nvmlDeviceGetNvLinkState says: not supported"));
  check_known(gpus.items[1].topology,
              std::vector<std::string>{"to 0000:3b:00.0: by the link between NUMA nodes"});
}

TEST_CASE("a device divided into instances keeps its own numbers") {
  const StubAnswers answers(kTwoGpus);
  const auto gpus = collect_gpus(two_gpu_machine().machine(), nvidia_stubs());
  REQUIRE(gpus.items.size() == 2);
  const Gpu& gpu = gpus.items[1];
  check_known(gpu.mig, true);
  check_known(gpu.mig_instances,
              std::vector<std::string>{"NVIDIA A100-SXM4-40GB MIG 3g.20gb, 42 multiprocessors, 19968 MiB",
                                       "NVIDIA A100-SXM4-40GB MIG 1g.5gb, 14 multiprocessors, 4864 MiB"});
  check_known(gpu.mig_uuids, std::vector<std::string>{"MIG-00000000-1111-2222-3333-444444444444",
                                                      "MIG-99999999-1111-2222-3333-444444444444"});
  check_known(gpu.name, "NVIDIA A100-SXM4-40GB");
  // CUDA shows an instance of 42; the device has 108 by its cores.
  check_known(gpu.compute_units, 108);
  CHECK(gpu.compute_units.other_readings().empty());
  // What the second device does not tell has NVML's own reason.
  CHECK(has(reason(gpu.serial), "NVML nvmlDeviceGetSerial says: not supported by this device (3)"));
}

TEST_CASE("an old driver lacks functions, and only their fields are unknown") {
  const StubAnswers answers(kTwoGpus);
  const auto gpus = collect_gpus(two_gpu_machine().machine(), old_nvidia_stubs());
  REQUIRE(gpus.items.size() == 2);
  const Gpu& gpu = gpus.items[0];
  check_all_asked(gpu);
  CHECK(has(reason(gpu.mig), "has no nvmlDeviceGetMigMode: the driver is too old"));
  CHECK(has(reason(gpu.mig_instances), "has no nvmlDeviceGetMigMode"));
  CHECK(has(reason(gpu.compute_units), "has no nvmlDeviceGetNumGpuCores"));
  check_known(gpu.architecture, "Ampere");
  check_known(gpu.clock_sm_max_hz, 1'410'000'000);
  check_known(gpu.ecc, true);
  CHECK(has(gpus.source, "CUDA: there is no /nonexistent/libcuda.so.1"));
}

TEST_CASE("driver and library of different versions") {
  const StubAnswers answers("nvml.init error 18\ncuda.init error 803\n");
  const auto gpus = collect_gpus(two_gpu_machine().machine(), nvidia_stubs());
  REQUIRE(gpus.is_known());
  REQUIRE(gpus.items.size() == 2);
  const Gpu& gpu = gpus.items[0];
  check_all_asked(gpu);
  check_known(gpu.vendor, "NVIDIA");
  check_known(gpu.pci_ids, "10de:20b0");
  check_known(gpu.name, "NVIDIA A100-SXM4-40GB");
  CHECK(has(gpu.name.source(), "/proc/driver/nvidia/gpus"));
  CHECK(has(reason(gpu.uuid), "driver and library have different versions"));
  CHECK(has(reason(gpu.memory_total_bytes),
            "NVML nvmlInit_v2 says: driver and library have different "
            "versions; restart, or load the new kernel module (18)"));
  CHECK(has(reason(gpu.compute_units), "CUDA cuInit says: driver and library"));
  check_known(gpu.pcie_width, 8);
}

TEST_CASE("a device that fell off the bus does not hide the other") {
  const StubAnswers answers(std::string(kTwoGpus) + "nvml.1.handle error 15\n");
  const auto gpus = collect_gpus(two_gpu_machine().machine(), old_nvidia_stubs());
  REQUIRE(gpus.items.size() == 2);
  check_known(gpus.items[0].ecc, true);
  CHECK(has(reason(gpus.items[1].ecc),
            "device 1 of NVML: NVML nvmlDeviceGetHandleByIndex_v2 says: the device has "
            "fallen off the bus"));
}

TEST_CASE("NVML knows devices where /sys is hidden") {
  const StubAnswers answers(kTwoGpus);
  const FakeMachine container;
  const auto gpus = collect_gpus(container.machine(), nvidia_stubs());
  CHECK_FALSE(gpus.is_known());
  CHECK(has(gpus.unknown_reason, "there is no /sys/bus/pci/devices"));
  REQUIRE(gpus.items.size() == 2);
  check_all_asked(gpus.items[0]);
  check_known(gpus.items[0].compute_units, 108);
  CHECK(has(reason(gpus.items[0].driver), "there is no /sys/bus/pci/devices/0000:3b:00.0"));
}

TEST_CASE("a device newer than the table of architectures") {
  const StubAnswers answers(
      "nvml.init 0\nnvml.count 1\nnvml.0.pci 0 1 0 0x340110de\nnvml.0.capability 13 0\nnvml.0.cores 20480\n"
      "nvml.0.architecture 14\n");
  const auto gpus = collect_gpus(FakeMachine().machine(), nvidia_stubs());
  REQUIRE(gpus.items.size() == 1);
  check_known(gpus.items[0].compute_capability, "13.0");
  CHECK(has(reason(gpus.items[0].architecture), "compute capability 13.0 is newer than this table"));
  CHECK(has(reason(gpus.items[0].architecture), "NVML's architecture number 14 is newer than this table"));
  CHECK(has(reason(gpus.items[0].compute_units), "compute capability 13.0 is newer than this table"));
}
