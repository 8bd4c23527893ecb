#include "hardware/nvml_gpus.h"

#include <array>

#include "base/number_text.h"
#include "base/text.h"
#include "hardware/cuda_architecture.h"
#include "hardware/nvml_links.h"

namespace ibid::hardware {
namespace {

using Device = Nvml::Device;

template <class T, class Getter>
void ask(const Nvml& nvml, Fact<T>& fact, Getter getter, const char* symbol, Device device) {
  offer(fact, (nvml.*getter)(symbol, device), nvml.api().source(symbol));
}

void identify(const Nvml& nvml, Device device, Gpu& facts) {
  facts.vendor.also("NVIDIA", nvml.api().source("nvmlDeviceGetHandleByIndex_v2"));
  ask(nvml, facts.name, &Nvml::text, "nvmlDeviceGetName", device);
  ask(nvml, facts.uuid, &Nvml::text, "nvmlDeviceGetUUID", device);
  ask(nvml, facts.serial, &Nvml::text, "nvmlDeviceGetSerial", device);
  const std::string source = nvml.api().source("nvmlDeviceGetPciInfo_v3");
  offer(facts.pci_address, nvml.pci_address(device), source);
  offer(facts.pci_ids, nvml.pci_ids(device), source);
  const char* version = "nvmlSystemGetDriverVersion";
  offer(facts.driver_version, nvml.system_text(version), nvml.api().source(version));
}

struct Capability {
  int64_t major, minor;
};

Result<Capability> capability(const Nvml& nvml, Device device) {
  int32_t major = 0, minor = 0;
  IBID_TRY((nvml.api().call<Device, int32_t*, int32_t*>("nvmlDeviceGetCudaComputeCapability", device, &major,
                                                        &minor)));
  return Capability{major, minor};
}

Result<std::string> architecture_by_nvml(const Nvml& nvml, Device device) {
  IBID_ASSIGN(const int64_t number, nvml.integer("nvmlDeviceGetArchitecture", device));
  return nvml_architecture(number);
}

// NVML counts cores; how many make a multiprocessor follows from the compute capability.
Result<int64_t> units_by_cores(const Nvml& nvml, Device device, const Capability& found) {
  IBID_ASSIGN(const int64_t cores, nvml.integer("nvmlDeviceGetNumGpuCores", device));
  IBID_ASSIGN(const int64_t cores_of_unit, cuda_cores_of_unit(found.major, found.minor));
  return cores / cores_of_unit;
}

void add_architecture(const Nvml& nvml, Device device, Gpu& facts) {
  const Result<Capability> found = capability(nvml, device);
  const std::string source = nvml.api().source("nvmlDeviceGetCudaComputeCapability");
  if (found.ok()) {
    const auto [major, minor] = found.value();
    facts.compute_capability.also(number_text(major) + "." + number_text(minor), source);
    offer(facts.architecture, cuda_architecture(major, minor), "compute capability by " + source);
    offer(facts.compute_units, units_by_cores(nvml, device, found.value()),
          nvml.api().source("nvmlDeviceGetNumGpuCores") + " over the cores of a multiprocessor");
  } else {
    offer(facts.compute_capability, Result<std::string>(found.error()), source);
  }
  // Only where the table has no name: NVML does not tell Ada Lovelace's minor numbers apart either.
  if (!facts.architecture.is_known())
    offer(facts.architecture, architecture_by_nvml(nvml, device),
          nvml.api().source("nvmlDeviceGetArchitecture"));
}

void add_clocks(const Nvml& nvml, Device device, Gpu& facts) {
  const char *now = "nvmlDeviceGetClockInfo", *most = "nvmlDeviceGetMaxClockInfo";
  const auto offer_clock = [&](Fact<int64_t>& fact, const char* symbol, Nvml::Clock clock) {
    offer(fact, nvml.clock_hz(symbol, device, clock), nvml.api().source(symbol));
  };
  offer_clock(facts.clock_sm_hz, now, Nvml::Clock::kSm);
  offer_clock(facts.clock_sm_max_hz, most, Nvml::Clock::kSm);
  offer_clock(facts.clock_memory_hz, now, Nvml::Clock::kMemory);
  offer_clock(facts.clock_memory_max_hz, most, Nvml::Clock::kMemory);
}

Result<double> power_limit(const Nvml& nvml, Device device, const char* symbol) {
  IBID_ASSIGN(const int64_t milliwatts, nvml.integer(symbol, device));
  return static_cast<double>(milliwatts) / 1000;
}

void add_state(const Nvml& nvml, Device device, Gpu& facts) {
  const auto memory = nvml.memory(device);
  offer(facts.memory_total_bytes,
        memory.ok() ? Result<int64_t>(static_cast<int64_t>(memory.value().total_bytes)) : memory.error(),
        nvml.api().source("nvmlDeviceGetMemoryInfo"));
  const char* limit = "nvmlDeviceGetEnforcedPowerLimit";
  offer(facts.power_limit_w, power_limit(nvml, device, limit), nvml.api().source(limit));
  ask(nvml, facts.ecc, &Nvml::current_flag, "nvmlDeviceGetEccMode", device);
  ask(nvml, facts.persistence_mode, &Nvml::flag, "nvmlDeviceGetPersistenceMode", device);
  const auto mode = nvml.integer("nvmlDeviceGetComputeMode", device);
  offer(facts.compute_mode, mode.ok() ? compute_mode_name(mode.value()) : Result<std::string>(mode.error()),
        nvml.api().source("nvmlDeviceGetComputeMode"));
  ask(nvml, facts.pcie_generation, &Nvml::integer, "nvmlDeviceGetCurrPcieLinkGeneration", device);
  ask(nvml, facts.pcie_generation_max, &Nvml::integer, "nvmlDeviceGetMaxPcieLinkGeneration", device);
  ask(nvml, facts.pcie_width, &Nvml::integer, "nvmlDeviceGetCurrPcieLinkWidth", device);
  ask(nvml, facts.pcie_width_max, &Nvml::integer, "nvmlDeviceGetMaxPcieLinkWidth", device);
}

// nvmlDeviceAttributes_t of nvmlDeviceGetAttributes_v2.
struct Attributes {
  uint32_t multiprocessors;
  uint32_t engines[5];
  uint32_t gpu_slices, compute_slices;
  unsigned long long memory_mib;
};
static_assert(sizeof(Attributes) == 40);

Result<std::string> instance_text(const Nvml& nvml, Device instance) {
  IBID_ASSIGN(std::string text, nvml.text("nvmlDeviceGetName", instance));
  Attributes attributes{};
  if (nvml.api().call<Device, Attributes*>("nvmlDeviceGetAttributes_v2", instance, &attributes).ok()) {
    text += ", " + number_text(uint64_t{attributes.multiprocessors}) + " multiprocessors, " +
            number_text(uint64_t{attributes.memory_mib}) + " MiB";
  }
  return text;
}

// Places for instances may be empty, which NVML calls "not found".
void add_instances(const Nvml& nvml, Device device, Gpu& facts) {
  const char* symbol = "nvmlDeviceGetMigDeviceHandleByIndex";
  const auto most = nvml.integer("nvmlDeviceGetMaxMigDeviceCount", device);
  std::vector<std::string> texts, uuids;
  for (int64_t i = 0; most.ok() && i < most.value(); ++i) {
    Device instance = nullptr;
    if (!nvml.api().call<Device, uint32_t, Device*>(symbol, device, static_cast<uint32_t>(i), &instance).ok())
      continue;
    texts.push_back(instance_text(nvml, instance).ok() ? instance_text(nvml, instance).value()
                                                       : "an instance without a name");
    const auto uuid = nvml.text("nvmlDeviceGetUUID", instance);
    uuids.push_back(uuid.ok() ? uuid.value() : uuid.error().message());
  }
  using Texts = Result<std::vector<std::string>>;
  offer(facts.mig_instances, most.ok() ? Texts(texts) : Texts(most.error()), nvml.api().source(symbol));
  offer(facts.mig_uuids, most.ok() ? Texts(uuids) : Texts(most.error()),
        nvml.api().source("nvmlDeviceGetUUID"));
}

void add_mig(const Nvml& nvml, Device device, Gpu& facts) {
  ask(nvml, facts.mig, &Nvml::current_flag, "nvmlDeviceGetMigMode", device);
  if (facts.mig.is_known() && facts.mig.value()) return add_instances(nvml, device, facts);
  if (facts.mig.is_known()) {
    facts.mig_instances.also({}, facts.mig.source());
    facts.mig_uuids.also({}, facts.mig.source());
    return;
  }
  facts.mig_instances = facts.mig_uuids = Fact<std::vector<std::string>>::unknown(facts.mig.reason());
}

}  // namespace

Result<std::string> compute_mode_name(int64_t mode) {
  constexpr auto kNames = std::to_array<const char*>(
      {"default", "exclusive to a thread", "prohibited", "exclusive to a process"});
  if (mode >= 0 && mode < static_cast<int64_t>(kNames.size()))
    return std::string(kNames[static_cast<size_t>(mode)]);
  return Error(ErrorCode::kMalformed,
               "the compute mode is " + number_text(mode) + ", which is not documented");
}

Result<void> add_nvml_gpus(const Nvml& nvml, GpuList& gpus) {
  IBID_ASSIGN(const int64_t count, nvml.device_count());
  std::vector<NvmlNode> nodes;
  for (int64_t i = 0; i < count; ++i) {
    const Result<Device> device = nvml.device(i);
    // A device that fell off the bus keeps its place on the PCI bus and gets its reason there.
    if (!device.ok()) {
      for (FoundGpu& gpu : gpus.all()) {
        if (gpu.vendor_id == kNvidia)
          gpu.silent_sources.push_back("device " + number_text(i) + " of NVML: " + device.error().message());
      }
      continue;
    }
    const auto found = nvml.pci_address(device.value());
    // Two devices without an address must not become one.
    const std::string address = found.ok() ? found.value() : "NVML device " + number_text(i);
    nodes.push_back({address, device.value()});
    FoundGpu& gpu = gpus.at(address);
    gpu.vendor_id = kNvidia;
    identify(nvml, device.value(), gpu.facts);
    add_architecture(nvml, device.value(), gpu.facts);
    add_clocks(nvml, device.value(), gpu.facts);
    add_state(nvml, device.value(), gpu.facts);
    add_mig(nvml, device.value(), gpu.facts);
  }
  add_nvml_links(nvml, nodes, gpus);
  return {};
}

}  // namespace ibid::hardware
