#include "hardware/nvml.h"

#include <array>
#include <cstring>

#include "hardware/gpu_list.h"

namespace ibid::hardware {
namespace {

struct CodeText {
  int32_t code;
  const char* text;
};
constexpr auto kCodes = std::to_array<CodeText>({
    {1, "not initialised"},
    {2, "invalid argument"},
    {3, "not supported by this device"},
    {4, "only root may ask"},
    {6, "not found"},
    {7, "the answer is too long"},
    {8, "external power cables are not attached"},
    {9, "the NVIDIA kernel driver is not loaded"},
    {10, "timed out"},
    {12, "a shared library is missing"},
    {13, "the driver is too old for this function"},
    {14, "the device's information ROM is corrupted"},
    {15, "the device has fallen off the bus"},
    {16, "the device must be reset before it can be used"},
    {17, "the control device is blocked by the operating system"},
    {18, "driver and library have different versions; restart, or load the new kernel module"},
    {20, "not enough memory"},
    {21, "no data"},
    {28, "no such device"},
    {999, "an unknown error"},
});

// Texts of NVML are at most this long, the end included.
using TextBuffer = std::array<char, 128>;

std::string text_of(const TextBuffer& buffer) {
  return {buffer.data(), ::strnlen(buffer.data(), buffer.size())};
}

Result<NvmlPciInfo> pci_info(const VendorApi& api, Nvml::Device device) {
  NvmlPciInfo info{};
  IBID_TRY((api.call<Nvml::Device, NvmlPciInfo*>("nvmlDeviceGetPciInfo_v3", device, &info)));
  return info;
}

}  // namespace

std::string nvml_code_text(int32_t code) {
  for (const CodeText& known : kCodes) {
    if (known.code == code) return known.text;
  }
  return "a code that is not documented";
}

Result<std::unique_ptr<Nvml>> Nvml::open(const std::vector<std::string>& names) {
  IBID_ASSIGN(platform::SharedLibrary library, platform::SharedLibrary::open_first(names));
  VendorApi api(std::move(library), "NVML", nvml_code_text);
  IBID_TRY(api.call<>("nvmlInit_v2"));
  return std::unique_ptr<Nvml>(new Nvml(std::move(api)));
}

Nvml::~Nvml() { static_cast<void>(api_.call<>("nvmlShutdown").ok()); }

Result<int64_t> Nvml::device_count() const {
  uint32_t count = 0;
  IBID_TRY((api_.call<uint32_t*>("nvmlDeviceGetCount_v2", &count)));
  return int64_t{count};
}

Result<Nvml::Device> Nvml::device(int64_t index) const {
  Device device = nullptr;
  IBID_TRY(
      (api_.call<uint32_t, Device*>("nvmlDeviceGetHandleByIndex_v2", static_cast<uint32_t>(index), &device)));
  return device;
}

Result<std::string> Nvml::pci_address(Device device) const {
  IBID_ASSIGN(const NvmlPciInfo info, pci_info(api_, device));
  return hardware::pci_address(info.domain, info.bus, info.device, 0);
}

Result<std::string> Nvml::pci_ids(Device device) const {
  IBID_ASSIGN(const NvmlPciInfo info, pci_info(api_, device));
  return hardware::pci_ids(info.device_and_vendor_id & 0xffff, info.device_and_vendor_id >> 16);
}

Result<std::string> Nvml::system_text(const char* symbol) const {
  TextBuffer buffer{};
  IBID_TRY((api_.call<char*, uint32_t>(symbol, buffer.data(), uint32_t{buffer.size()})));
  return text_of(buffer);
}

Result<std::string> Nvml::text(const char* symbol, Device device) const {
  TextBuffer buffer{};
  IBID_TRY((api_.call<Device, char*, uint32_t>(symbol, device, buffer.data(), uint32_t{buffer.size()})));
  return text_of(buffer);
}

Result<int64_t> Nvml::integer(const char* symbol, Device device) const {
  uint32_t value = 0;
  IBID_TRY((api_.call<Device, uint32_t*>(symbol, device, &value)));
  return int64_t{value};
}

Result<bool> Nvml::flag(const char* symbol, Device device) const {
  IBID_ASSIGN(const int64_t value, integer(symbol, device));
  return value != 0;
}

Result<bool> Nvml::current_flag(const char* symbol, Device device) const {
  uint32_t current = 0, pending = 0;
  IBID_TRY((api_.call<Device, uint32_t*, uint32_t*>(symbol, device, &current, &pending)));
  return current != 0;
}

Result<int64_t> Nvml::clock_hz(const char* symbol, Device device, Clock clock) const {
  uint32_t mhz = 0;
  IBID_TRY((api_.call<Device, int32_t, uint32_t*>(symbol, device, static_cast<int32_t>(clock), &mhz)));
  return int64_t{mhz} * 1'000'000;
}

Result<Nvml::Memory> Nvml::memory(Device device) const {
  struct {
    unsigned long long total, free, used;
  } raw{};
  static_assert(sizeof(raw) == 24);
  IBID_TRY((api_.call<Device, void*>("nvmlDeviceGetMemoryInfo", device, &raw)));
  return Memory{raw.total, raw.free, raw.used};
}

}  // namespace ibid::hardware
