// A stand-in for libze_loader.so.1 with one driver. Keys: "ze.init", "ze.count", "ze.0.name", ...
#include <cstdint>

#include "support/stubs/answers.h"

namespace {

constexpr int kUnsupported = 0x78000003;
std::string key(void* device, const std::string& name) {
  return "ze." + std::to_string(reinterpret_cast<uintptr_t>(device) - 1) + "." + name;
}

struct Header {
  uint32_t kind;
  void* next;
};
struct DriverProperties {
  Header header;
  uint8_t uuid[16];
  uint32_t version;
};
struct DeviceProperties {
  Header header;
  uint32_t type, vendor, device, flags, subdevice, core_clock_mhz;
  uint64_t max_allocation;
  uint32_t contexts, priority, threads, width, units, subslices, slices;
  uint64_t resolution;
  uint32_t bits, kernel_bits;
  uint8_t uuid[16];
  char name[256];
};
struct MemoryProperties {
  Header header;
  uint32_t flags, max_clock_mhz, max_bus_width;
  uint64_t size;
  char name[256];
};
struct PciProperties {
  Header header;
  uint32_t address[4];
  int32_t generation, width;
  int64_t bandwidth;
};

}  // namespace

extern "C" {

int zeInit(uint32_t) {
  unsigned ignored = 0;
  return ibid::stub::number("ze.init", &ignored, 0x78000001);
}
int zeDriverGet(uint32_t* count, void** drivers) {
  if (drivers != nullptr && *count > 0) drivers[0] = reinterpret_cast<void*>(uintptr_t{77});
  *count = 1;
  return 0;
}
int zeDriverGetProperties(void*, DriverProperties* properties) {
  return properties->header.kind == 0x1 ? ibid::stub::number("ze.driver", &properties->version, kUnsupported)
                                        : 0x78000004;
}
int zeDeviceGet(void*, uint32_t* count, void** devices) {
  uint32_t found = 0;
  if (const int code = ibid::stub::number("ze.count", &found, kUnsupported); code != 0) return code;
  for (uint32_t i = 0; devices != nullptr && i < *count && i < found; ++i)
    devices[i] = reinterpret_cast<void*>(uintptr_t{i} + 1);
  *count = found;
  return 0;
}
// "type vendor device clock subslices slices"
int zeDeviceGetProperties(void* device, DeviceProperties* properties) {
  if (properties->header.kind != 0x3) return 0x78000004;
  uint32_t parts[6];
  if (const int code = ibid::stub::numbers(key(device, "properties"), parts, kUnsupported); code != 0)
    return code;
  properties->type = parts[0];
  properties->vendor = parts[1];
  properties->device = parts[2];
  properties->core_clock_mhz = parts[3];
  properties->subslices = parts[4];
  properties->slices = parts[5];
  for (uint8_t i = 0; i < 16; ++i) properties->uuid[i] = static_cast<uint8_t>(i * 17);
  return ibid::stub::text(key(device, "name"), properties->name, sizeof properties->name, kUnsupported);
}
// "size clock"
int zeDeviceGetMemoryProperties(void* device, uint32_t* count, MemoryProperties* properties) {
  uint64_t parts[2];
  if (const int code = ibid::stub::numbers(key(device, "memory"), parts, kUnsupported); code != 0)
    return code;
  if (properties != nullptr && *count > 0) {
    if (properties->header.kind != 0x7) return 0x78000004;
    properties->size = parts[0];
    properties->max_clock_mhz = static_cast<uint32_t>(parts[1]);
  }
  *count = 1;
  return 0;
}
int zeDevicePciGetPropertiesExt(void* device, PciProperties* properties) {
  if (properties->header.kind != 0x10008) return 0x78000004;
  return ibid::stub::numbers(key(device, "pci"), properties->address, kUnsupported);
}

}  // extern "C"
