#include "hardware/usage_nvml.h"

#include <array>

#include "base/number_text.h"

namespace ibid::hardware {
namespace {

using Device = Nvml::Device;

struct Reason {
  uint64_t bit;
  const char* text;
};
// nvmlClocksEventReasons. That nothing runs, and that an application asked for other clocks, are no
// throttling.
constexpr auto kReasons = std::to_array<Reason>({{0x1, "idle"},
                                                 {0x2, "clocks set by an application"},
                                                 {0x4, "power limit"},
                                                 {0x8, "hardware slowdown"},
                                                 {0x10, "synchronised with other devices"},
                                                 {0x20, "temperature, by the driver"},
                                                 {0x40, "temperature, by the hardware"},
                                                 {0x80, "external power brake"},
                                                 {0x100, "clocks set for the display"},
                                                 {0x200, "board limit"},
                                                 {0x400, "reliability of the voltage"}});

Result<double> utilisation(const Nvml& nvml, Device device) {
  struct {
    uint32_t gpu, memory;
  } percent{};
  IBID_TRY((nvml.api().call<Device, void*>("nvmlDeviceGetUtilizationRates", device, &percent)));
  return static_cast<double>(percent.gpu);
}

Result<int64_t> memory_used(const Nvml& nvml, Device device) {
  IBID_ASSIGN(const Nvml::Memory memory, nvml.memory(device));
  return static_cast<int64_t>(memory.used_bytes);
}

Result<double> temperature(const Nvml& nvml, Device device) {
  constexpr int32_t kOfTheChip = 0;
  uint32_t celsius = 0;
  IBID_TRY((
      nvml.api().call<Device, int32_t, uint32_t*>("nvmlDeviceGetTemperature", device, kOfTheChip, &celsius)));
  return static_cast<double>(celsius);
}

Result<double> power(const Nvml& nvml, Device device) {
  IBID_ASSIGN(const int64_t milliwatts, nvml.integer("nvmlDeviceGetPowerUsage", device));
  return static_cast<double>(milliwatts) / 1000;
}

// The function has had two names.
Result<std::vector<std::string>> throttling(const Nvml& nvml, Device device) {
  const char* name = "nvmlDeviceGetCurrentClocksEventReasons";
  if (!nvml.api().has(name)) name = "nvmlDeviceGetCurrentClocksThrottleReasons";
  unsigned long long mask = 0;
  IBID_TRY((nvml.api().call<Device, unsigned long long*>(name, device, &mask)));
  return throttling_texts(mask);
}

// nvmlProcessInfo_t of the functions that end in _v3; the first ones had another.
struct ProcessInfo {
  uint32_t process;
  unsigned long long memory_bytes;
  uint32_t gpu_instance, compute_instance;
};
static_assert(sizeof(ProcessInfo) == 24);

Result<std::vector<GpuProcess>> processes(const Nvml& nvml, Device device) {
  constexpr uint32_t kMost = 1024;
  std::vector<ProcessInfo> all(kMost);
  uint32_t count = kMost;
  IBID_TRY((nvml.api().call<Device, uint32_t*, ProcessInfo*>("nvmlDeviceGetComputeRunningProcesses_v3",
                                                             device, &count, all.data())));
  std::vector<GpuProcess> found;
  for (uint32_t i = 0; i < count && i < kMost; ++i) {
    // All bits set stand for "not told".
    const bool is_told = all[i].memory_bytes <= static_cast<unsigned long long>(INT64_MAX);
    found.push_back({int64_t{all[i].process}, is_told ? static_cast<int64_t>(all[i].memory_bytes) : -1});
  }
  return found;
}

}  // namespace

std::vector<std::string> throttling_texts(uint64_t mask) {
  std::vector<std::string> texts;
  for (const Reason& reason : kReasons) {
    if ((mask & reason.bit) != 0) texts.emplace_back(reason.text);
    mask &= ~reason.bit;
  }
  if (mask != 0) texts.push_back("reasons that are not documented: " + number_text(mask));
  return texts;
}

GpuReading read_nvml_device(const Nvml& nvml, Device device, const std::string& address) {
  const char* name = "nvmlDeviceGetName";
  return {.address = address,
          .name = nvml.text(name, device),
          .name_source = nvml.api().source(name),
          .utilisation_percent = utilisation(nvml, device),
          .memory_used_bytes = memory_used(nvml, device),
          .temperature_celsius = temperature(nvml, device),
          .power_w = power(nvml, device),
          .clock_hz = nvml.clock_hz("nvmlDeviceGetClockInfo", device, Nvml::Clock::kSm),
          .throttling = throttling(nvml, device),
          .processes = processes(nvml, device),
          .source = "NVML"};
}

}  // namespace ibid::hardware
