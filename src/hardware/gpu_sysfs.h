#pragma once

#include <cstdint>
#include <string>

#include "hardware/gpu_list.h"
#include "hardware/machine.h"

namespace ibid::hardware {

// What the kernel drivers of AMD and Intel tell in /sys, beyond what every PCI device has there.
void add_amd_sysfs_facts(const Machine& machine, GpuList& gpus);
void add_intel_sysfs_facts(const Machine& machine, GpuList& gpus);

struct Clocks {
  int64_t now_hz, max_hz;
};
// A list of clocks of amdgpu: "0: 500Mhz", "1: 1700Mhz *", one a line, the star at the one in force.
Result<Clocks> parse_clock_list(const std::string& text, const std::string& path);

// The first file of several that can be read, as a number; `source` becomes its path.
Result<int64_t> read_first_integer(const Machine& machine, const std::vector<std::string>& paths,
                                   std::string& source);

// Where amdgpu and the drivers of Intel keep sensors and clocks of one device.
std::string hwmon_folder(const Machine& machine, const FoundGpu& gpu);
std::string drm_card_folder(const Machine& machine, const FoundGpu& gpu);
// Clocks of Intel's i915 and xe, in MHz.
Result<int64_t> intel_clock_now_mhz(const Machine& machine, const FoundGpu& gpu, std::string& source);

}  // namespace ibid::hardware
