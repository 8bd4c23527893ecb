#include "hardware/level_zero_gpus.h"

#include <algorithm>
#include <cstring>

#include "base/number_text.h"

namespace ibid::hardware {
namespace {

using Driver = void*;
using Device = void*;

// Structures after the level-zero specification, version 1; `kind` tells the loader which one it is.
struct DriverProperties {
  int32_t kind = 0x1;
  void* next = nullptr;
  uint8_t uuid[16] = {};
  uint32_t version = 0;
};
static_assert(sizeof(DriverProperties) == 40);

struct DeviceProperties {
  int32_t kind = 0x3;
  void* next = nullptr;
  int32_t type = 0;
  uint32_t vendor_id = 0, device_id = 0;
  uint32_t flags = 0;
  uint32_t subdevice_id = 0;
  uint32_t core_clock_mhz = 0;
  uint64_t max_allocation_bytes = 0;
  uint32_t max_contexts = 0, max_queue_priority = 0;
  uint32_t threads_of_unit = 0, simd_width = 0, units_of_subslice = 0, subslices_of_slice = 0, slices = 0;
  uint64_t timer_resolution = 0;
  uint32_t timestamp_bits = 0, kernel_timestamp_bits = 0;
  uint8_t uuid[16] = {};
  char name[256] = {};
};
static_assert(sizeof(DeviceProperties) == 368);

struct MemoryProperties {
  int32_t kind = 0x7;
  void* next = nullptr;
  uint32_t flags = 0;
  uint32_t max_clock_mhz = 0;
  uint32_t max_bus_width = 0;
  uint64_t size_bytes = 0;
  char name[256] = {};
};
static_assert(sizeof(MemoryProperties) == 296);

struct PciProperties {
  int32_t kind = 0x10008;
  void* next = nullptr;
  uint32_t domain = 0, bus = 0, device = 0, function = 0;
  int32_t max_generation = -1, max_width = -1;
  int64_t max_bandwidth = -1;
};
static_assert(sizeof(PciProperties) == 48);

constexpr int32_t kGpu = 1;
constexpr const char* kProperties = "zeDeviceGetProperties";
constexpr const char* kMemory = "zeDeviceGetMemoryProperties";
constexpr const char* kPci = "zeDevicePciGetPropertiesExt";

std::string code_text(int32_t code) {
  switch (static_cast<uint32_t>(code)) {
    case 0x70000001:
      return "the device hung or was removed";
    case 0x70000002:
      return "not enough memory";
    case 0x70010000:
      return "permission denied";
    case 0x70020000:
      return "something it depends on is missing";
    case 0x78000001:
      return "no driver was found";
    case 0x78000002:
    case 0x78000003:
      return "not supported by this driver";
    default:
      return "an error";
  }
}

// How many there are is asked for first.
Result<std::vector<Driver>> drivers(const VendorApi& api) {
  uint32_t count = 0;
  IBID_TRY((api.call<uint32_t*, Driver*>("zeDriverGet", &count, nullptr)));
  std::vector<Driver> found(count);
  IBID_TRY((api.call<uint32_t*, Driver*>("zeDriverGet", &count, found.data())));
  found.resize(std::min<size_t>(found.size(), count));
  return found;
}

Result<std::vector<Device>> devices_of(const VendorApi& api, Driver driver) {
  uint32_t count = 0;
  IBID_TRY((api.call<Driver, uint32_t*, Device*>("zeDeviceGet", driver, &count, nullptr)));
  std::vector<Device> found(count);
  IBID_TRY((api.call<Driver, uint32_t*, Device*>("zeDeviceGet", driver, &count, found.data())));
  found.resize(std::min<size_t>(found.size(), count));
  return found;
}

Result<int64_t> driver_version(const VendorApi& api, Driver driver) {
  DriverProperties properties;
  IBID_TRY((api.call<Driver, DriverProperties*>("zeDriverGetProperties", driver, &properties)));
  return int64_t{properties.version};
}

Result<PciProperties> pci_of(const VendorApi& api, Device device) {
  PciProperties properties;
  IBID_TRY((api.call<Device, PciProperties*>(kPci, device, &properties)));
  return properties;
}

// The device's own memories added up, and the highest of their clocks.
struct Memory {
  int64_t size_bytes = 0, max_clock_mhz = 0;
};
Result<Memory> memory_of(const VendorApi& api, Device device) {
  uint32_t count = 0;
  IBID_TRY((api.call<Device, uint32_t*, MemoryProperties*>(kMemory, device, &count, nullptr)));
  std::vector<MemoryProperties> parts(count);
  IBID_TRY((api.call<Device, uint32_t*, MemoryProperties*>(kMemory, device, &count, parts.data())));
  Memory memory;
  for (const MemoryProperties& part : parts) {
    memory.size_bytes += static_cast<int64_t>(part.size_bytes);
    memory.max_clock_mhz = std::max(memory.max_clock_mhz, int64_t{part.max_clock_mhz});
  }
  return memory;
}

// 0 stands for "not told".
Result<int64_t> told(int64_t value, const std::string& source) {
  if (value > 0) return value;
  return Error(ErrorCode::kUnsupported, source + " says 0");
}

void add_memory(const VendorApi& api, Device device, Gpu& facts) {
  const std::string source = api.source(kMemory);
  const auto memory = memory_of(api, device);
  offer(facts.memory_total_bytes,
        memory.ok() ? told(memory.value().size_bytes, source) : Result<int64_t>(memory.error()), source);
  offer(facts.clock_memory_max_hz,
        times(memory.ok() ? told(memory.value().max_clock_mhz, source) : Result<int64_t>(memory.error()),
              1'000'000),
        source);
}

void add_facts(const VendorApi& api, Device device, const DeviceProperties& properties, Gpu& facts) {
  const std::string source = api.source(kProperties);
  offer(facts.name, Result<std::string>(std::string(properties.name, ::strnlen(properties.name, 256))),
        source);
  offer(facts.uuid, Result<std::string>(uuid_text(properties.uuid)), source);
  facts.pci_ids.also(pci_ids(properties.vendor_id, properties.device_id), source);
  offer(facts.compute_units, told(int64_t{properties.subslices_of_slice} * properties.slices, source),
        source + ", subslices");
  offer(facts.clock_sm_max_hz, times(told(properties.core_clock_mhz, source), 1'000'000), source);
  add_memory(api, device, facts);
}

void add_device(const VendorApi& api, Driver driver, Device device, GpuList& gpus) {
  DeviceProperties properties;
  const auto answer = api.call<Device, DeviceProperties*>(kProperties, device, &properties);
  if (!answer.ok() || properties.type != kGpu) return;
  const auto pci = pci_of(api, device);
  const std::string address =
      pci.ok() ? pci_address(pci.value().domain, pci.value().bus, pci.value().device, pci.value().function)
               : "level-zero device " + uuid_text(properties.uuid);
  FoundGpu& gpu = gpus.at(address);
  gpu.vendor_id = int64_t{properties.vendor_id};
  gpu.facts.vendor.also(
      gpu.vendor_id == kIntel ? "Intel" : "PCI vendor " + pci_ids(gpu.vendor_id, 0).substr(0, 4),
      api.source(kProperties));
  offer(gpu.facts.pci_address, pci.ok() ? Result<std::string>(address) : Result<std::string>(pci.error()),
        api.source(kPci));
  add_facts(api, device, properties, gpu.facts);
  const auto version = driver_version(api, driver);
  if (version.ok())
    gpu.facts.driver_version.also("level-zero driver " + number_text(version.value()),
                                  api.source("zeDriverGetProperties"));
}

}  // namespace

Result<VendorApi> open_level_zero(const std::vector<std::string>& names) {
  IBID_ASSIGN(platform::SharedLibrary library, platform::SharedLibrary::open_first(names));
  VendorApi api(std::move(library), "level-zero", code_text);
  IBID_TRY((api.call<uint32_t>("zeInit", 0)));
  return api;
}

Result<void> add_level_zero_gpus(const VendorApi& level_zero, GpuList& gpus) {
  IBID_ASSIGN(const std::vector<Driver> all, drivers(level_zero));
  for (Driver driver : all) {
    IBID_ASSIGN(const std::vector<Device> devices, devices_of(level_zero, driver));
    for (Device device : devices) add_device(level_zero, driver, device, gpus);
  }
  return {};
}

}  // namespace ibid::hardware
