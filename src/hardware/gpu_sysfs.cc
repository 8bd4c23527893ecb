#include "hardware/gpu_sysfs.h"

#include <algorithm>

#include "base/number_text.h"
#include "base/text.h"
#include "hardware/gpu_pci.h"

namespace ibid::hardware {
namespace {

constexpr int64_t kHzOfMhz = 1'000'000;

// "1700Mhz"
Result<int64_t> clock_of(std::string_view text, const std::string& path) {
  const Error malformed(ErrorCode::kMalformed, path + " says '" + std::string(text) + "'");
  if (!text.ends_with("Mhz") && !text.ends_with("MHz")) return malformed;
  const auto mhz = parse_int64(text.substr(0, text.size() - 3));
  if (!mhz || *mhz < 0 || *mhz > 1'000'000) return malformed;
  return *mhz * kHzOfMhz;
}

void add_clocks(const Machine& machine, const std::string& path, Fact<int64_t>& now, Fact<int64_t>& most) {
  const auto text = machine.read(path);
  const auto clocks = text.ok() ? parse_clock_list(text.value(), path) : Result<Clocks>(text.error());
  const auto part = [&clocks](int64_t Clocks::* member) {
    return clocks.ok() ? Result<int64_t>(clocks.value().*member) : Result<int64_t>(clocks.error());
  };
  offer(now, part(&Clocks::now_hz), path);
  offer(most, part(&Clocks::max_hz), path);
}

// gfx_target_version 90402 is gfx942: major, minor and stepping have two digits each, the last two of which
// are written in hexadecimal.
std::string gfx_name(int64_t version) {
  const auto digit = [](int64_t value) { return "0123456789abcdef"[value % 16]; };
  return "gfx" + number_text(version / 10000) + digit(version / 100 % 100) + digit(version % 100);
}

// The node of the compute driver (KFD) that is this device: location_id is bus, device and function.
void add_compute_node(const Machine& machine, FoundGpu& gpu) {
  const std::string nodes = "/sys/class/kfd/kfd/topology/nodes";
  for (const std::string& node : machine.names(nodes)) {
    const std::string path = nodes + "/" + node + "/properties";
    const auto text = machine.read(path);
    if (!text.ok()) continue;
    const KeyValues values(text.value(), ' ');
    const auto location = values.integer("location_id", path);
    const auto domain = values.integer("domain", path);
    if (!location.ok() || location.value() <= 0) continue;
    const auto place = static_cast<uint64_t>(location.value());
    const uint64_t n_domain = domain.ok() ? static_cast<uint64_t>(domain.value()) : 0;
    if (pci_address(n_domain, place >> 8 & 0xff, place >> 3 & 0x1f, place & 7) != gpu.address) continue;
    const auto version = values.integer("gfx_target_version", path);
    if (version.ok() && version.value() > 0)
      gpu.facts.architecture.also(gfx_name(version.value()), path + ", gfx_target_version");
    const auto simds = values.integer("simd_count", path), per_unit = values.integer("simd_per_cu", path);
    if (simds.ok() && per_unit.ok() && per_unit.value() > 0)
      gpu.facts.compute_units.also(simds.value() / per_unit.value(), path + ", simd_count over simd_per_cu");
  }
}

Result<double> watts(const Result<int64_t>& microwatts) {
  if (!microwatts.ok()) return microwatts.error();
  return static_cast<double>(microwatts.value()) / 1e6;
}

void add_amd(const Machine& machine, FoundGpu& gpu) {
  const std::string folder = pci_folder(gpu);
  const auto offer_line = [&](Fact<std::string>& fact, const char* name) {
    offer_if_known(fact, machine.read_line(folder + "/" + name), folder + "/" + name);
  };
  offer_line(gpu.facts.name, "product_name");
  offer_line(gpu.facts.serial, "serial_number");
  offer_line(gpu.facts.uuid, "unique_id");
  offer(gpu.facts.memory_total_bytes, machine.read_integer(folder + "/mem_info_vram_total"),
        folder + "/mem_info_vram_total");
  add_clocks(machine, folder + "/pp_dpm_sclk", gpu.facts.clock_sm_hz, gpu.facts.clock_sm_max_hz);
  add_clocks(machine, folder + "/pp_dpm_mclk", gpu.facts.clock_memory_hz, gpu.facts.clock_memory_max_hz);
  const std::string limit = hwmon_folder(machine, gpu) + "/power1_cap";
  offer(gpu.facts.power_limit_w, watts(machine.read_integer(limit)), limit);
  add_compute_node(machine, gpu);
}

void add_intel(const Machine& machine, FoundGpu& gpu) {
  const std::string card = drm_card_folder(machine, gpu), folder = pci_folder(gpu);
  std::string source;
  const auto now = intel_clock_now_mhz(machine, gpu, source);
  offer(gpu.facts.clock_sm_hz, times(now, kHzOfMhz), source);
  const auto most = read_first_integer(
      machine,
      {card + "/gt/gt0/rps_RP0_freq_mhz", card + "/gt_RP0_freq_mhz", folder + "/tile0/gt0/freq0/rp0_freq"},
      source);
  offer(gpu.facts.clock_sm_max_hz, times(most, kHzOfMhz), source);
  const std::string limit = hwmon_folder(machine, gpu);
  const auto power = read_first_integer(machine, {limit + "/power1_cap", limit + "/power1_max"}, source);
  offer(gpu.facts.power_limit_w, watts(power), source);
}

// The first entry of a folder that begins so; a name that is not there if there is none.
std::string first_entry(const Machine& machine, const std::string& folder, const std::string& prefix) {
  for (const std::string& name : machine.names(folder)) {
    if (name.starts_with(prefix)) return folder + "/" + name;
  }
  return folder + "/" + prefix + "*";
}

}  // namespace

Result<Clocks> parse_clock_list(const std::string& text, const std::string& path) {
  Clocks clocks{-1, -1};
  for (const std::string& line : split(text, '\n')) {
    const size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::string_view value = trim(std::string_view(line).substr(colon + 1));
    const bool in_force = value.ends_with('*');
    if (in_force) value = trim(value.substr(0, value.size() - 1));
    IBID_ASSIGN(const int64_t clock, clock_of(value, path));
    clocks.max_hz = std::max(clocks.max_hz, clock);
    if (in_force) clocks.now_hz = clock;
  }
  if (clocks.now_hz < 0) return Error(ErrorCode::kMalformed, path + " names no clock that is in force");
  return clocks;
}

Result<int64_t> read_first_integer(const Machine& machine, const std::vector<std::string>& paths,
                                   std::string& source) {
  for (const std::string& path : paths) {
    const auto value = machine.read_integer(path);
    source = path;
    if (value.ok() || machine.exists(path)) return value;
  }
  return Error(ErrorCode::kNotFound, "there is none of " + join(paths, ", "));
}

std::string hwmon_folder(const Machine& machine, const FoundGpu& gpu) {
  return first_entry(machine, pci_folder(gpu) + "/hwmon", "hwmon");
}

std::string drm_card_folder(const Machine& machine, const FoundGpu& gpu) {
  return first_entry(machine, pci_folder(gpu) + "/drm", "card");
}

Result<int64_t> intel_clock_now_mhz(const Machine& machine, const FoundGpu& gpu, std::string& source) {
  const std::string card = drm_card_folder(machine, gpu);
  return read_first_integer(machine,
                            {card + "/gt/gt0/rps_act_freq_mhz", card + "/gt_act_freq_mhz",
                             pci_folder(gpu) + "/tile0/gt0/freq0/act_freq"},
                            source);
}

void add_amd_sysfs_facts(const Machine& machine, GpuList& gpus) {
  for (FoundGpu& gpu : gpus.all()) {
    if (gpu.vendor_id == kAmd && gpu.driver == "amdgpu") add_amd(machine, gpu);
  }
}

void add_intel_sysfs_facts(const Machine& machine, GpuList& gpus) {
  for (FoundGpu& gpu : gpus.all()) {
    if (gpu.vendor_id == kIntel && (gpu.driver == "i915" || gpu.driver == "xe")) add_intel(machine, gpu);
  }
}

}  // namespace ibid::hardware
