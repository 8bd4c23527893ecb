#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hardware/vendor_api.h"

namespace ibid::hardware {

// NVIDIA's management library, which comes with the driver, in the terms of this program. Prototypes and
// numbers after the NVML API reference.
class Nvml {
 public:
  using Device = void*;

  static Result<std::unique_ptr<Nvml>> open(const std::vector<std::string>& names);
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;
  ~Nvml();

  const VendorApi& api() const { return api_; }

  Result<int64_t> device_count() const;
  Result<Device> device(int64_t index) const;
  Result<std::string> pci_address(Device device) const;
  Result<std::string> pci_ids(Device device) const;

  // Functions that give a text of the system or a device, or one unsigned number or switch of a device; the
  // function is the source.
  Result<std::string> system_text(const char* symbol) const;
  Result<std::string> text(const char* symbol, Device device) const;
  Result<int64_t> integer(const char* symbol, Device device) const;
  Result<bool> flag(const char* symbol, Device device) const;
  // Those that tell the present state and the one after a restart: the present one.
  Result<bool> current_flag(const char* symbol, Device device) const;

  // In Hz; the library counts in MHz.
  enum class Clock : int32_t { kSm = 1, kMemory = 2 };
  Result<int64_t> clock_hz(const char* symbol, Device device, Clock clock) const;

  struct Memory {
    uint64_t total_bytes, free_bytes, used_bytes;
  };
  Result<Memory> memory(Device device) const;

 private:
  explicit Nvml(VendorApi api) : api_(std::move(api)) {}

  VendorApi api_;
};

// nvmlPciInfo_t, as functions of today's names fill it.
struct NvmlPciInfo {
  char legacy_address[16];
  uint32_t domain, bus, device;
  uint32_t device_and_vendor_id;
  uint32_t subsystem_id;
  char address[32];
};
static_assert(sizeof(NvmlPciInfo) == 68);

// What a return code means, in words of this program where they can be of more help than NVML's.
std::string nvml_code_text(int32_t code);

}  // namespace ibid::hardware
