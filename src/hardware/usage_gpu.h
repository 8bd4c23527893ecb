#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hardware/gpu_libraries.h"
#include "hardware/gpu_list.h"
#include "hardware/machine.h"
#include "hardware/nvml.h"

namespace ibid::hardware {

struct GpuProcess {
  int64_t process;
  int64_t memory_bytes;  // -1: not told
};

// What an accelerator is doing at this moment; each with the reason if it does not tell.
struct GpuReading {
  std::string address;  // on the PCI bus
  Result<std::string> name;
  std::string name_source;
  Result<double> utilisation_percent;
  Result<int64_t> memory_used_bytes;
  Result<double> temperature_celsius;
  Result<double> power_w;
  Result<int64_t> clock_hz;
  Result<std::vector<std::string>> throttling;
  Result<std::vector<GpuProcess>> processes;
  std::string source;  // "NVML"; a folder in /sys
};

// Reads what the accelerators are doing, by NVML and by /sys. The libraries stay open in between.
class GpuMeter {
 public:
  GpuMeter(const Machine& machine, const GpuLibraries& libraries);

  // In the order of their addresses.
  std::vector<GpuReading> read() const;
  // What was looked at for accelerators; an error if the bus cannot be seen.
  const Result<std::string>& looked_at() const { return looked_at_; }

 private:
  const Machine* machine_;
  GpuList on_bus_;
  Result<std::string> looked_at_;
  Result<std::unique_ptr<Nvml>> nvml_;
};

// Which reasons NVML's mask names for a clock below the highest.
std::vector<std::string> throttling_texts(uint64_t mask);

// Of every process that this user may see: which accelerators' drivers it has open (drm-pdev in
// /proc/PID/fdinfo), and how much of their memory.
Result<std::vector<GpuProcess>> processes_by_fdinfo(const Machine& machine, const std::string& address);

}  // namespace ibid::hardware
