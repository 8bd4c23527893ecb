#include "hardware/gpus.h"

#include "base/text.h"
#include "hardware/cuda_gpus.h"
#include "hardware/gpu_list.h"
#include "hardware/gpu_pci.h"
#include "hardware/gpu_sysfs.h"
#include "hardware/level_zero_gpus.h"
#include "hardware/nvml.h"
#include "hardware/nvml_gpus.h"
#include "hardware/rocm_gpus.h"

namespace ibid::hardware {
namespace {

// What was looked at, and what each of a vendor's libraries said instead of naming devices.
class Search {
 public:
  explicit Search(GpuList& gpus) : gpus_(&gpus) {}

  void looked_at(const std::string& what) { seen_.push_back(what); }

  // A library of one vendor answered or did not; its reason goes to that vendor's devices.
  void note(const std::string& title, int64_t vendor_id, const Result<void>& answer) {
    if (answer.ok()) {
      seen_.push_back(title);
      return;
    }
    const std::string& message = answer.error().message();
    const std::string reason = message.starts_with(title + " ") ? message : title + ": " + message;
    failed_.push_back(reason);
    for (FoundGpu& gpu : gpus_->all()) {
      if (gpu.vendor_id == vendor_id) gpu.silent_sources.push_back(reason);
    }
  }

  std::string summary() const {
    std::vector<std::string> all = seen_;
    all.insert(all.end(), failed_.begin(), failed_.end());
    return join(all, "; ");
  }

 private:
  GpuList* gpus_;
  std::vector<std::string> seen_, failed_;
};

Result<void> ask_nvml(const GpuLibraries& libraries, GpuList& gpus) {
  IBID_ASSIGN(const std::unique_ptr<Nvml> nvml, Nvml::open(libraries.nvml));
  return add_nvml_gpus(*nvml, gpus);
}

Result<void> ask_cuda(const GpuLibraries& libraries, GpuList& gpus) {
  IBID_ASSIGN(const VendorApi cuda, open_cuda_driver(libraries.cuda_driver));
  return add_cuda_gpus(cuda, gpus);
}

// ROCm SMI prints to the terminal when it finds no device, and all of AMD's are on the PCI bus.
Result<void> ask_rocm(const GpuLibraries& libraries, GpuList& gpus) {
  if (!gpus.has_vendor(kAmd))
    return Error(ErrorCode::kNotFound, "not asked, for no device of AMD is on the bus");
  IBID_ASSIGN(const VendorApi rocm, open_rocm_smi(libraries.rocm_smi));
  const Result<void> answer = add_rocm_gpus(rocm, gpus);
  static_cast<void>(rocm.call<>("rsmi_shut_down").ok());
  return answer;
}

Result<void> ask_level_zero(const GpuLibraries& libraries, GpuList& gpus) {
  IBID_ASSIGN(const VendorApi level_zero, open_level_zero(libraries.level_zero));
  return add_level_zero_gpus(level_zero, gpus);
}

// What the kernel module of NVIDIA tells of each device, without any library.
void add_nvidia_proc_facts(const Machine& machine, GpuList& gpus) {
  for (FoundGpu& gpu : gpus.all()) {
    const std::string path = "/proc/driver/nvidia/gpus/" + gpu.address + "/information";
    const auto text = machine.read(path);
    if (!text.ok()) continue;
    const KeyValues values(text.value(), ':');
    offer_if_known(gpu.facts.name, values.text("Model", path), path);
    const auto uuid = values.text("GPU UUID", path);
    // Question marks stand for "not read yet".
    if (uuid.ok() && uuid.value().find('?') == std::string::npos) gpu.facts.uuid.also(uuid.value(), path);
  }
}

template <class T>
void only_nvidia(Fact<T>& fact) {
  if (!was_asked(fact)) fact = Fact<T>::unknown("only NVIDIA's devices have it");
}

void explain_other_vendors(FoundGpu& gpu) {
  Gpu& facts = gpu.facts;
  only_nvidia(facts.compute_capability);
  only_nvidia(facts.mig);
  only_nvidia(facts.mig_instances);
  only_nvidia(facts.mig_uuids);
  only_nvidia(facts.persistence_mode);
  only_nvidia(facts.compute_mode);
  only_nvidia(facts.nvlinks_active);
  if (gpu.vendor_id != kIntel) return;
  const std::string nowhere = "neither level-zero nor the kernel tells it of Intel's devices";
  const auto unless_asked = [&nowhere]<class T>(Fact<T>& fact) {
    if (!was_asked(fact)) fact = Fact<T>::unknown(nowhere);
  };
  unless_asked(facts.architecture);
  unless_asked(facts.serial);
  unless_asked(facts.clock_memory_hz);
  unless_asked(facts.ecc);
  unless_asked(facts.topology);
}

// Why the facts are unknown that no source could be asked for.
std::string reason_for_rest(const FoundGpu& gpu) {
  const std::string silent = join(gpu.silent_sources, "; ");
  const Fact<std::string>& driver = gpu.facts.driver;
  if (driver.is_known() && driver.value() == "none")
    return "present, but no driver is loaded" + (silent.empty() ? "" : " (" + silent + ")");
  if (driver.is_known() && gpu.vendor_id == kNvidia && driver.value() != "nvidia")
    return "the driver is " + driver.value() + ", not NVIDIA's" + (silent.empty() ? "" : " (" + silent + ")");
  if (!silent.empty()) return silent;
  return "no source that was asked knows it";
}

}  // namespace

FactList<Gpu> collect_gpus(const Machine& machine, const GpuLibraries& libraries) {
  GpuList gpus;
  Search search(gpus);
  const Result<std::string> bus = find_pci_gpus(machine, gpus);
  if (bus.ok()) search.looked_at(bus.value());
  search.note("NVML", kNvidia, ask_nvml(libraries, gpus));
  search.note("CUDA", kNvidia, ask_cuda(libraries, gpus));
  search.note("ROCm SMI", kAmd, ask_rocm(libraries, gpus));
  search.note("level-zero", kIntel, ask_level_zero(libraries, gpus));
  add_pci_facts(machine, gpus);
  add_nvidia_proc_facts(machine, gpus);
  add_amd_sysfs_facts(machine, gpus);
  add_intel_sysfs_facts(machine, gpus);
  std::vector<Gpu> items;
  for (FoundGpu& gpu : gpus.all()) {
    if (gpu.vendor_id != kNvidia) explain_other_vendors(gpu);
    explain_rest(gpu.facts, reason_for_rest(gpu));
    items.push_back(std::move(gpu.facts));
  }
  if (bus.ok()) return FactList<Gpu>::known(std::move(items), search.summary());
  FactList<Gpu> list = FactList<Gpu>::unknown(bus.error().message() + "; " + search.summary());
  list.items = std::move(items);
  return list;
}

}  // namespace ibid::hardware
