#include "hardware/memory.h"

#include "base/number_text.h"

namespace ibid::hardware {
namespace {

constexpr const char* kInfo = "/proc/meminfo";
const std::string kControllers = "/sys/devices/system/edac/mc";

std::string place(std::string_view key) { return std::string(kInfo) + ", '" + std::string(key) + "'"; }

void read_info(const Machine& machine, Memory& memory) {
  const auto info = machine.read(kInfo);
  const auto nothing = [&info] {
    return Fact<int64_t>::unknown(info.ok() ? std::string(kInfo) + " is empty" : info.error().message());
  };
  const KeyValues pairs(info.ok() ? info.value() : "", ':');
  const bool readable = info.ok() && !info.value().empty();
  const auto bytes = [&](std::string_view key) {
    return readable ? fact(pairs.kibibytes(key, kInfo), place(key)) : nothing();
  };
  memory.total_bytes = bytes("MemTotal");
  memory.available_bytes = bytes("MemAvailable");
  memory.swap_total_bytes = bytes("SwapTotal");
  memory.huge_page_bytes = bytes("Hugepagesize");
  memory.huge_pages =
      readable ? fact(pairs.integer("HugePages_Total", kInfo), place("HugePages_Total")) : nothing();
}

void read_cgroup(const Machine& machine, Memory& memory) {
  const platform::CgroupLimits limits = machine.cgroup_limits();
  const std::string invisible = machine.exists("/proc/self/cgroup")
                                    ? "no control group that counts memory is visible under /sys/fs/cgroup"
                                    : "there is no /proc/self/cgroup";
  memory.cgroup_limit_bytes =
      limits.memory_bytes
          ? Fact<int64_t>::known(*limits.memory_bytes, limits.memory_file.string())
          : Fact<int64_t>::unknown(limits.shows_memory ? "no control group of this process sets a limit"
                                                       : invisible);
  memory.cgroup_used_bytes =
      limits.memory_used_bytes
          ? Fact<int64_t>::known(*limits.memory_used_bytes, limits.memory_used_file.string())
          : Fact<int64_t>::unknown(limits.shows_memory ? "no control group of this process counts its memory"
                                                       : invisible);
}

std::vector<std::string> controllers(const Machine& machine) {
  std::vector<std::string> folders;
  for (const std::string& name : machine.names(kControllers)) {
    if (name.starts_with("mc") && parse_int64(name.substr(2))) folders.push_back(kControllers + "/" + name);
  }
  return folders;
}

// Modules without correction are driven by no EDAC driver, or by one that says "None".
Fact<bool> ecc_by_driver(const Machine& machine) {
  for (const std::string& controller : controllers(machine)) {
    for (const std::string& name : machine.names(controller)) {
      if (!name.starts_with("dimm") && !name.starts_with("rank")) continue;
      const std::string path = controller + "/" + name + "/dimm_edac_mode";
      const auto mode = machine.read_line(path);
      if (!mode.ok() || mode.value() == "Unknown") continue;
      return Fact<bool>::known(mode.value() != "None", path);
    }
  }
  return Fact<bool>::unknown("there is no EDAC driver in " + kControllers);
}

Fact<int64_t> uncorrected_errors(const Machine& machine) {
  const std::vector<std::string> all = controllers(machine);
  if (all.empty()) return Fact<int64_t>::unknown("there is no EDAC driver in " + kControllers);
  int64_t sum = 0;
  for (const std::string& controller : all) {
    const auto count = machine.read_integer(controller + "/ue_count");
    if (!count.ok()) return Fact<int64_t>::unknown(count.error().message());
    if (__builtin_add_overflow(sum, count.value(), &sum))
      return Fact<int64_t>::unknown(controller + "/ue_count is too large");
  }
  return Fact<int64_t>::known(sum, kControllers + "/mc*/ue_count");
}

}  // namespace

Memory collect_memory(const Machine& machine, const Fact<bool>& ecc_by_firmware) {
  Memory memory;
  read_info(machine, memory);
  read_cgroup(machine, memory);
  memory.ecc = ecc_by_driver(machine);
  if (ecc_by_firmware.is_known()) {
    memory.ecc.also(ecc_by_firmware.value(), ecc_by_firmware.source());
  } else if (!memory.ecc.is_known()) {
    memory.ecc = Fact<bool>::unknown(memory.ecc.reason() + "; " + ecc_by_firmware.reason());
  }
  memory.ecc_uncorrected_errors = uncorrected_errors(machine);
  return memory;
}

}  // namespace ibid::hardware
