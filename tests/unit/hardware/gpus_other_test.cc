#include <doctest/doctest.h>

#include "hardware/gpu_sysfs.h"
#include "hardware/gpus.h"
#include "support/fake_machine.h"
#include "support/stubs/gpu_stubs.h"
#include "unit/hardware/gpu_checks.h"

using namespace ibid;
using namespace ibid::hardware;
using namespace ibid::test;

namespace {

FakeMachine amd_machine() {
  FakeMachine machine;
  machine.add_pci_device("0000:c1:00.0", "038000", "1002", "740f", "amdgpu");
  const std::string folder = "/sys/bus/pci/devices/0000:c1:00.0/";
  machine.write(folder + "mem_info_vram_total", "68702699520\n");
  machine.write(folder + "pp_dpm_sclk", "0: 500Mhz\n1: 800Mhz *\n2: 1700Mhz\n");
  machine.write(folder + "pp_dpm_mclk", "0: 400Mhz *\n1: 1600Mhz\n");
  machine.write(folder + "unique_id", "5e6f0123456789ab\n");
  machine.write(folder + "hwmon/hwmon3/power1_cap", "300000000\n");
  machine.write(folder + "max_link_speed", "16.0 GT/s PCIe\n");
  machine.write(folder + "current_link_speed", "16.0 GT/s PCIe\n");
  machine.write(folder + "max_link_width", "16\n");
  machine.write(folder + "current_link_width", "16\n");
  machine.write("/sys/class/kfd/kfd/topology/nodes/0/properties", "simd_count 0\nlocation_id 0\n");
  machine.write("/sys/class/kfd/kfd/topology/nodes/1/properties",
                "simd_count 416\nsimd_per_cu 4\ngfx_target_version 90010\nlocation_id 49408\ndomain 0\n");
  machine.write("/sys/module/amdgpu/version", "6.7.0\n");
  return machine;
}

FakeMachine intel_machine() {
  FakeMachine machine;
  machine.add_pci_device("0000:03:00.0", "038000", "8086", "0bda", "xe");
  const std::string folder = "/sys/bus/pci/devices/0000:03:00.0/";
  machine.write(folder + "tile0/gt0/freq0/act_freq", "1250\n");
  machine.write(folder + "tile0/gt0/freq0/rp0_freq", "1550\n");
  machine.write(folder + "hwmon/hwmon2/power1_max", "300000000\n");
  return machine;
}

}  // namespace

TEST_CASE("an AMD device: /sys and ROCm SMI") {
  const StubAnswers answers(
      "rocm.init 0\nrocm.count 1\nrocm.0.pci 0xc100\nrocm.0.name AMD Instinct MI210\nrocm.0.serial "
      "692000000001\n"
      "rocm.0.unique_id 0x5e6f0123456789ab\nrocm.0.memory 68719476736\nrocm.0.power_cap "
      "300000000\nrocm.0.ecc 5\n");
  const auto gpus = collect_gpus(amd_machine().machine(), amd_stubs());
  REQUIRE(gpus.items.size() == 1);
  const Gpu& gpu = gpus.items[0];
  check_all_asked(gpu);
  check_known(gpu.vendor, "AMD");
  check_known(gpu.name, "AMD Instinct MI210");
  check_known(gpu.uuid, "5e6f0123456789ab");
  CHECK(gpu.uuid.other_readings().empty());
  check_known(gpu.serial, "692000000001");
  check_known(gpu.architecture, "gfx90a");
  check_known(gpu.compute_units, 104);
  check_known(gpu.clock_sm_hz, 800'000'000);
  check_known(gpu.clock_sm_max_hz, 1'700'000'000);
  check_known(gpu.clock_memory_hz, 400'000'000);
  check_known(gpu.clock_memory_max_hz, 1'600'000'000);
  check_known(gpu.power_limit_w, 300.0);
  check_known(gpu.ecc, true);
  check_known(gpu.driver, "amdgpu");
  check_known(gpu.driver_version, "6.7.0");
  check_known(gpu.pcie_generation, 4);
  check_known(gpu.memory_total_bytes, 68719476736);
  REQUIRE(gpu.memory_total_bytes.other_readings().size() == 1);
  CHECK(gpu.memory_total_bytes.other_readings()[0].value == 68702699520);
  CHECK(reason(gpu.compute_capability) == "only NVIDIA's devices have it");
  CHECK(reason(gpu.mig) == "only NVIDIA's devices have it");
}

TEST_CASE("an AMD device without ROCm: /sys alone, and the reason for the rest") {
  const auto gpus = collect_gpus(amd_machine().machine(), no_libraries());
  REQUIRE(gpus.items.size() == 1);
  const Gpu& gpu = gpus.items[0];
  check_all_asked(gpu);
  check_known(gpu.memory_total_bytes, 68702699520);
  check_known(gpu.clock_sm_max_hz, 1'700'000'000);
  CHECK(reason(gpu.ecc) == "ROCm SMI: there is no /nonexistent/librocm_smi64.so in the loader's path");
  CHECK(reason(gpu.name) == "ROCm SMI: there is no /nonexistent/librocm_smi64.so in the loader's path");
}

TEST_CASE("two AMD devices and the link between them") {
  const StubAnswers answers(
      "rocm.init 0\nrocm.count 2\nrocm.0.pci 0xc100\nrocm.1.pci 0x100002300\nrocm.0.link.1 2\n");
  const auto gpus = collect_gpus(amd_machine().machine(), amd_stubs());
  REQUIRE(gpus.items.size() == 2);
  check_known(gpus.items[0].topology, std::vector<std::string>{"to 0001:23:00.0: by XGMI, 1 hop"});
  CHECK(has(reason(gpus.items[1].topology), "rsmi_topo_get_link_type says: not supported"));
  check_all_asked(gpus.items[1]);
}

TEST_CASE("an Intel device: level-zero and /sys") {
  const StubAnswers answers(
      "ze.init 0\nze.count 2\nze.driver 17001234\nze.0.properties 1 0x8086 0x0bda 1600 64 2\nze.0.name Intel "
      "Data "
      "Center GPU Max 1100\nze.0.memory 51539607552 3200\nze.0.pci 0 3 0 0\n"
      "ze.1.properties 2 0x8086 0x1234 3000 8 1\nze.1.name a processor\n");
  const auto gpus = collect_gpus(intel_machine().machine(), intel_stubs());
  REQUIRE(gpus.items.size() == 1);
  const Gpu& gpu = gpus.items[0];
  check_all_asked(gpu);
  check_known(gpu.vendor, "Intel");
  check_known(gpu.name, "Intel Data Center GPU Max 1100");
  check_known(gpu.uuid, "00112233-4455-6677-8899-aabbccddeeff");
  check_known(gpu.pci_ids, "8086:0bda");
  check_known(gpu.compute_units, 128);
  check_known(gpu.memory_total_bytes, 51539607552);
  check_known(gpu.clock_sm_hz, 1'250'000'000);
  check_known(gpu.clock_sm_max_hz, 1'600'000'000);
  REQUIRE(gpu.clock_sm_max_hz.other_readings().size() == 1);
  CHECK(gpu.clock_sm_max_hz.other_readings()[0].value == 1'550'000'000);
  check_known(gpu.clock_memory_max_hz, 3'200'000'000);
  check_known(gpu.power_limit_w, 300.0);
  check_known(gpu.driver_version, "level-zero driver 17001234");
  CHECK(has(reason(gpu.clock_memory_hz), "neither level-zero nor the kernel tells it"));
}

TEST_CASE("an Intel device whose level-zero finds no driver") {
  const StubAnswers answers("ze.init error 0x78000001\n");
  const auto gpus = collect_gpus(intel_machine().machine(), intel_stubs());
  REQUIRE(gpus.items.size() == 1);
  check_all_asked(gpus.items[0]);
  check_known(gpus.items[0].clock_sm_max_hz, 1'550'000'000);
  CHECK(has(reason(gpus.items[0].memory_total_bytes),
            "level-zero zeInit says: no driver was found (0x78000001)"));
}

TEST_CASE("a device without a driver is listed with that reason") {
  FakeMachine machine;
  machine.add_pci_device("0000:01:00.0", "030000", "10de", "2684");
  machine.add_pci_device("0000:02:00.0", "120000", "1da3", "1020");
  const auto gpus = collect_gpus(machine.machine(), no_libraries());
  REQUIRE(gpus.is_known());
  REQUIRE(gpus.items.size() == 2);
  for (const Gpu& gpu : gpus.items) check_all_asked(gpu);
  check_known(gpus.items[0].vendor, "NVIDIA");
  check_known(gpus.items[0].driver, "none");
  CHECK(reason(gpus.items[0].name) ==
        "present, but no driver is loaded (NVML: there is no /nonexistent/libnvidia-ml.so.1 in the loader's "
        "path; "
        "CUDA: there is no /nonexistent/libcuda.so.1 in the loader's path)");
  check_known(gpus.items[1].vendor, "Habana");
  CHECK(reason(gpus.items[1].name) == "present, but no driver is loaded");
}

TEST_CASE("a device with another driver than its maker's") {
  FakeMachine machine;
  machine.add_pci_device("0000:01:00.0", "030000", "10de", "2684", "nouveau");
  const auto gpus = collect_gpus(machine.machine(), no_libraries());
  REQUIRE(gpus.items.size() == 1);
  check_all_asked(gpus.items[0]);
  check_known(gpus.items[0].driver, "nouveau");
  CHECK(has(reason(gpus.items[0].memory_total_bytes), "the driver is nouveau, not NVIDIA's (NVML: "));
}

TEST_CASE("no accelerator is a statement with what was looked at") {
  FakeMachine machine;
  machine.add_pci_device("0000:00:01.0", "020000", "8086", "1572", "i40e");
  machine.add_pci_device("0000:00:02.0", "030000", "1a03", "2000", "ast");
  const auto gpus = collect_gpus(machine.machine(), no_libraries());
  REQUIRE(gpus.is_known());
  CHECK(gpus.items.empty());
  CHECK(has(gpus.source, "/sys/bus/pci/devices shows none of class 03xx or 1200 among 2 devices"));
  CHECK(has(gpus.source, "0000:00:02.0 of PCI vendor 1a03 does nothing but show pictures"));
  CHECK(has(gpus.source, "NVML: there is no"));
  CHECK(has(gpus.source, "CUDA: there is no"));
  CHECK(has(gpus.source, "ROCm SMI: not asked, for no device of AMD is on the bus"));
  CHECK(has(gpus.source, "level-zero: there is no"));
}

TEST_CASE("a captured machine: no library of the one that runs the test is loaded") {
  const auto gpus = collect_gpus(FakeMachine().machine(), GpuLibraries::none());
  CHECK(
      has(gpus.unknown_reason, "NVML: no library of that kind may be loaded; CUDA: no library of that kind"));
  CHECK(has(gpus.unknown_reason, "level-zero: no library of that kind may be loaded"));
}

TEST_CASE("a machine that shows neither bus nor library may have accelerators") {
  const auto gpus = collect_gpus(FakeMachine().machine(), no_libraries());
  CHECK_FALSE(gpus.is_known());
  CHECK(has(gpus.unknown_reason, "there is no /sys/bus/pci/devices; NVML: there is no"));
}

TEST_CASE("lists of clocks that are not as they should be") {
  for (const char* text :
       {"", "0: fastMhz *\n", "0: 500\n", "0: 500Mhz\n", "0: -5Mhz *\n", "0: 99999999999Mhz *\n"})
    CHECK_FALSE(parse_clock_list(text, "/f").ok());
  CHECK(parse_clock_list("S: 19Mhz *\n0: 615Mhz\n", "/f").value().now_hz == 19'000'000);
}

TEST_CASE("identifiers of the bus that are not numbers") {
  FakeMachine machine;
  machine.add_pci_device("0000:01:00.0", "030000", "xyz", "2684");
  machine.add_pci_device("0000:02:00.0", "zz", "10de", "2684");
  const auto gpus = collect_gpus(machine.machine(), no_libraries());
  REQUIRE(gpus.items.size() == 1);
  check_all_asked(gpus.items[0]);
  CHECK_FALSE(gpus.items[0].pci_ids.is_known());
}
