#include "hardware/cuda_gpus.h"

#include <array>
#include <cstring>

#include "base/number_text.h"
#include "hardware/cuda_architecture.h"
#include "hardware/nvml_gpus.h"

namespace ibid::hardware {
namespace {

using Device = int32_t;

// Of CUdevice_attribute.
enum class Attribute : int32_t {
  kClockKhz = 13,
  kMultiprocessors = 16,
  kComputeMode = 20,
  kEcc = 32,
  kMemoryClockKhz = 36,
  kCapabilityMajor = 75,
  kCapabilityMinor = 76,
};

struct CodeText {
  int32_t code;
  const char* text;
};
constexpr auto kCodes = std::to_array<CodeText>({
    {1, "invalid value"},
    {2, "not enough memory"},
    {3, "not initialised"},
    {34, "this is the stub library of the toolkit, not the driver's"},
    {46, "the device is in use by another process or out of order"},
    {100, "no CUDA device is visible to this process"},
    {101, "no such device"},
    {802, "the system is not ready yet; the fabric manager may not be running"},
    {803, "driver and library have different versions; restart, or load the new kernel module"},
    {804, "this device does not allow a library newer than its driver"},
    {999, "an unknown error"},
});

std::string code_text(int32_t code) {
  for (const CodeText& known : kCodes) {
    if (known.code == code) return known.text;
  }
  return "an error";
}

constexpr const char* kGetAttribute = "cuDeviceGetAttribute";

Result<int64_t> attribute(const VendorApi& cuda, Device device, Attribute which) {
  int32_t value = 0;
  IBID_TRY(
      (cuda.call<int32_t*, int32_t, Device>(kGetAttribute, &value, static_cast<int32_t>(which), device)));
  return int64_t{value};
}

Result<std::string> address_of(const VendorApi& cuda, Device device) {
  std::array<char, 64> text{};
  IBID_TRY(
      (cuda.call<char*, int32_t, Device>("cuDeviceGetPCIBusId", text.data(), int32_t{text.size()}, device)));
  return normal_pci_address({text.data(), ::strnlen(text.data(), text.size())});
}

Result<std::string> name_of(const VendorApi& cuda, Device device) {
  std::array<char, 256> text{};
  IBID_TRY((cuda.call<char*, int32_t, Device>("cuDeviceGetName", text.data(), int32_t{text.size()}, device)));
  return std::string(text.data(), ::strnlen(text.data(), text.size()));
}

// As NVML writes it.
Result<std::string> uuid_of(const VendorApi& cuda, Device device) {
  std::array<uint8_t, 16> bytes{};
  IBID_TRY((cuda.call<uint8_t*, Device>("cuDeviceGetUuid_v2", bytes.data(), device)));
  return "GPU-" + uuid_text(bytes);
}

Result<int64_t> memory_of(const VendorApi& cuda, Device device) {
  size_t size_bytes = 0;
  IBID_TRY((cuda.call<size_t*, Device>("cuDeviceTotalMem_v2", &size_bytes, device)));
  return static_cast<int64_t>(size_bytes);
}

void add_capability(const VendorApi& cuda, Device device, Gpu& facts) {
  const auto major = attribute(cuda, device, Attribute::kCapabilityMajor);
  const auto minor = attribute(cuda, device, Attribute::kCapabilityMinor);
  const std::string source = cuda.source(kGetAttribute);
  if (!major.ok() || !minor.ok()) return;
  facts.compute_capability.also(number_text(major.value()) + "." + number_text(minor.value()), source);
  if (!facts.architecture.is_known())
    offer(facts.architecture, cuda_architecture(major.value(), minor.value()),
          "compute capability by " + source);
}

void add_facts(const VendorApi& cuda, Device device, FoundGpu& gpu) {
  Gpu& facts = gpu.facts;
  const std::string source = cuda.source(kGetAttribute);
  facts.vendor.also("NVIDIA", cuda.source("cuDeviceGet"));
  if (!was_asked(facts.pci_address)) facts.pci_address.also(gpu.address, cuda.source("cuDeviceGetPCIBusId"));
  offer(facts.name, name_of(cuda, device), cuda.source("cuDeviceGetName"));
  offer(facts.uuid, uuid_of(cuda, device), cuda.source("cuDeviceGetUuid_v2"));
  offer(facts.memory_total_bytes, memory_of(cuda, device), cuda.source("cuDeviceTotalMem_v2"));
  add_capability(cuda, device, facts);
  offer(facts.compute_units, attribute(cuda, device, Attribute::kMultiprocessors), source);
  offer(facts.clock_sm_max_hz, times(attribute(cuda, device, Attribute::kClockKhz), 1000), source);
  offer(facts.clock_memory_max_hz, times(attribute(cuda, device, Attribute::kMemoryClockKhz), 1000), source);
  const auto ecc = attribute(cuda, device, Attribute::kEcc);
  offer(facts.ecc, ecc.ok() ? Result<bool>(ecc.value() != 0) : ecc.error(), source);
  const auto mode = attribute(cuda, device, Attribute::kComputeMode);
  offer(facts.compute_mode, mode.ok() ? compute_mode_name(mode.value()) : mode.error(), source);
}

bool is_divided(const FoundGpu& gpu) { return gpu.facts.mig.is_known() && gpu.facts.mig.value(); }

}  // namespace

Result<VendorApi> open_cuda_driver(const std::vector<std::string>& names) {
  IBID_ASSIGN(platform::SharedLibrary library, platform::SharedLibrary::open_first(names));
  return VendorApi(std::move(library), "CUDA", code_text);
}

std::string cuda_version_text(int64_t version) {
  return number_text(version / 1000) + "." + number_text(version % 1000 / 10);
}

Result<std::string> cuda_driver_version(const VendorApi& cuda) {
  int32_t version = 0;
  IBID_TRY((cuda.call<int32_t*>("cuDriverGetVersion", &version)));
  return cuda_version_text(version);
}

Result<void> add_cuda_gpus(const VendorApi& cuda, GpuList& gpus) {
  IBID_TRY((cuda.call<uint32_t>("cuInit", 0)));
  int32_t count = 0;
  IBID_TRY((cuda.call<int32_t*>("cuDeviceGetCount", &count)));
  for (int32_t i = 0; i < count; ++i) {
    Device device = 0;
    IBID_TRY((cuda.call<Device*, int32_t>("cuDeviceGet", &device, i)));
    const auto address = address_of(cuda, device);
    FoundGpu& gpu = gpus.at(address.ok() ? address.value() : "CUDA device " + number_text(i));
    gpu.vendor_id = kNvidia;
    if (!is_divided(gpu)) add_facts(cuda, device, gpu);
  }
  return {};
}

}  // namespace ibid::hardware
