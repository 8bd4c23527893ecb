// A stand-in for libnvidia-ml.so.1. Keys: "nvml.init", "nvml.count", "nvml.0.name", ...; of instances (MIG)
// "nvml.0.mig.1.name". Built with IBID_STUB_OLD_DRIVER it lacks what drivers of 2018 lack.
#include "support/stubs/answers.h"

namespace {

constexpr int kNotSupported = 3;
using Device = void*;

// Device i is i + 1, its instance j is 1000 (i + 1) + j + 1.
std::string key(Device device, const std::string& name) {
  const auto number = reinterpret_cast<uintptr_t>(device);
  if (number < 1000) return "nvml." + std::to_string(number - 1) + "." + name;
  return "nvml." + std::to_string(number / 1000 - 1) + ".mig." + std::to_string(number % 1000 - 1) + "." +
         name;
}

Device handle(uintptr_t number) { return reinterpret_cast<Device>(number); }

struct Pci {
  char legacy[16];
  unsigned domain, bus, device, device_and_vendor, subsystem;
  char address[32];
};

// "domain bus device device_and_vendor"
int pci(const std::string& name, Pci* info) {
  unsigned parts[4];
  const int code = ibid::stub::numbers(name, parts, kNotSupported);
  if (code != 0) return code;
  *info = {};
  info->domain = parts[0];
  info->bus = parts[1];
  info->device = parts[2];
  info->device_and_vendor = parts[3];
  return 0;
}

}  // namespace

extern "C" {

int nvmlInit_v2() {
  unsigned ignored = 0;
  return ibid::stub::number("nvml.init", &ignored, 9);
}
int nvmlShutdown() { return 0; }
int nvmlSystemGetDriverVersion(char* text, unsigned size) {
  return ibid::stub::text("nvml.driver", text, size, kNotSupported);
}
int nvmlSystemGetNVMLVersion(char* text, unsigned size) {
  return ibid::stub::text("nvml.version", text, size, kNotSupported);
}
int nvmlDeviceGetCount_v2(unsigned* count) { return ibid::stub::number("nvml.count", count, kNotSupported); }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, Device* device) {
  unsigned problem = 0;
  const std::string name = "nvml." + std::to_string(index) + ".handle";
  if (ibid::stub::answer(name)) return ibid::stub::number(name, &problem, 0);
  *device = handle(index + 1);
  return 0;
}
int nvmlDeviceGetPciInfo_v3(Device device, Pci* info) { return pci(key(device, "pci"), info); }

#define IBID_STUB_TEXT(function, name)                                     \
  int function(Device device, char* text, unsigned size) {                 \
    return ibid::stub::text(key(device, name), text, size, kNotSupported); \
  }
#define IBID_STUB_NUMBER(function, name)                                \
  int function(Device device, unsigned* value) {                        \
    return ibid::stub::number(key(device, name), value, kNotSupported); \
  }
#define IBID_STUB_CURRENT(function, name)                                 \
  int function(Device device, unsigned* current, unsigned* pending) {     \
    *pending = 0;                                                         \
    return ibid::stub::number(key(device, name), current, kNotSupported); \
  }

IBID_STUB_TEXT(nvmlDeviceGetName, "name")
IBID_STUB_TEXT(nvmlDeviceGetUUID, "uuid")
IBID_STUB_TEXT(nvmlDeviceGetSerial, "serial")
IBID_STUB_NUMBER(nvmlDeviceGetEnforcedPowerLimit, "power_limit")
IBID_STUB_NUMBER(nvmlDeviceGetPersistenceMode, "persistence")
IBID_STUB_NUMBER(nvmlDeviceGetComputeMode, "compute_mode")
IBID_STUB_NUMBER(nvmlDeviceGetCurrPcieLinkGeneration, "pcie_generation")
IBID_STUB_NUMBER(nvmlDeviceGetMaxPcieLinkGeneration, "pcie_generation_max")
IBID_STUB_NUMBER(nvmlDeviceGetCurrPcieLinkWidth, "pcie_width")
IBID_STUB_NUMBER(nvmlDeviceGetMaxPcieLinkWidth, "pcie_width_max")
IBID_STUB_NUMBER(nvmlDeviceGetPowerUsage, "power")
IBID_STUB_CURRENT(nvmlDeviceGetEccMode, "ecc")

int nvmlDeviceGetCudaComputeCapability(Device device, int* major, int* minor) {
  int parts[2];
  const int code = ibid::stub::numbers(key(device, "capability"), parts, kNotSupported);
  if (code != 0) return code;
  *major = parts[0];
  *minor = parts[1];
  return 0;
}
int nvmlDeviceGetMemoryInfo(Device device, unsigned long long (*memory)[3]) {
  return ibid::stub::numbers(key(device, "memory"), *memory, kNotSupported);
}
// In MHz.
int nvmlDeviceGetClockInfo(Device device, int type, unsigned* clock) {
  return ibid::stub::number(key(device, "clock." + std::to_string(type)), clock, kNotSupported);
}
int nvmlDeviceGetMaxClockInfo(Device device, int type, unsigned* clock) {
  return ibid::stub::number(key(device, "clock_max." + std::to_string(type)), clock, kNotSupported);
}
int nvmlDeviceGetNvLinkState(Device device, unsigned link, unsigned* active) {
  return ibid::stub::number(key(device, "link." + std::to_string(link)), active,
                            link == 0 ? kNotSupported : 2);
}
int nvmlDeviceGetNvLinkRemotePciInfo_v2(Device device, unsigned link, Pci* info) {
  return pci(key(device, "link." + std::to_string(link) + ".pci"), info);
}
int nvmlDeviceGetTopologyCommonAncestor(Device one, Device other, unsigned* level) {
  return ibid::stub::number(key(one, "ancestor." + std::to_string(reinterpret_cast<uintptr_t>(other) - 1)),
                            level, kNotSupported);
}
int nvmlDeviceGetUtilizationRates(Device device, unsigned (*percent)[2]) {
  return ibid::stub::numbers(key(device, "utilisation"), *percent, kNotSupported);
}
int nvmlDeviceGetTemperature(Device device, int, unsigned* celsius) {
  return ibid::stub::number(key(device, "temperature"), celsius, kNotSupported);
}
int nvmlDeviceGetCurrentClocksThrottleReasons(Device device, unsigned long long* mask) {
  return ibid::stub::number(key(device, "throttling"), mask, kNotSupported);
}

#ifndef IBID_STUB_OLD_DRIVER

int nvmlSystemGetCudaDriverVersion_v2(int* version) {
  return ibid::stub::number("nvml.cuda_version", version, kNotSupported);
}
IBID_STUB_NUMBER(nvmlDeviceGetArchitecture, "architecture")
IBID_STUB_NUMBER(nvmlDeviceGetNumGpuCores, "cores")
IBID_STUB_CURRENT(nvmlDeviceGetMigMode, "mig_mode")
IBID_STUB_NUMBER(nvmlDeviceGetMaxMigDeviceCount, "mig_max")

int nvmlDeviceGetMigDeviceHandleByIndex(Device device, unsigned index, Device* instance) {
  const uintptr_t number = 1000 * reinterpret_cast<uintptr_t>(device) + index + 1;
  if (!ibid::stub::answer(key(handle(number), "name"))) return 6;
  *instance = handle(number);
  return 0;
}

struct Attributes {
  unsigned multiprocessors, engines[5], gpu_slices, compute_slices;
  unsigned long long memory_mb;
};
int nvmlDeviceGetAttributes_v2(Device device, Attributes* attributes) {
  unsigned long long parts[2];
  const int code = ibid::stub::numbers(key(device, "attributes"), parts, kNotSupported);
  if (code != 0) return code;
  *attributes = {};
  attributes->multiprocessors = static_cast<unsigned>(parts[0]);
  attributes->memory_mb = parts[1];
  return 0;
}

struct Process {
  unsigned process;
  unsigned long long memory_bytes;
  unsigned gpu_instance, compute_instance;
};
// "process.0 PID BYTES", "process.1 ..."
int nvmlDeviceGetComputeRunningProcesses_v3(Device device, unsigned* count, Process* processes) {
  unsigned problem = 0;
  if (const int code = ibid::stub::number(key(device, "processes"), &problem, kNotSupported); code != 0)
    return code;
  for (unsigned i = 0; i < problem; ++i) {
    unsigned long long parts[2];
    if (i >= *count || ibid::stub::numbers(key(device, "process." + std::to_string(i)), parts, 999) != 0)
      return 7;
    processes[i] = {static_cast<unsigned>(parts[0]), parts[1], 0, 0};
  }
  *count = problem;
  return 0;
}

#endif

}  // extern "C"
