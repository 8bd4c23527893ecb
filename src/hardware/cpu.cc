#include "hardware/cpu.h"

#include <set>

#include "base/number_text.h"
#include "base/text.h"
#include "hardware/cpu_info.h"
#include "hardware/virtualisation.h"

namespace ibid::hardware {
namespace {

const std::string kCpus = "/sys/devices/system/cpu";

std::string cpu_folder(int64_t number) { return kCpus + "/cpu" + number_text(number); }

// Processors that are off have none.
std::vector<int64_t> with_topology(const Machine& machine) {
  std::vector<int64_t> numbers;
  for (const std::string& name : machine.names(kCpus)) {
    const auto number = name.starts_with("cpu") ? parse_int64(name.substr(3)) : std::nullopt;
    if (number && machine.exists(cpu_folder(*number) + "/topology")) numbers.push_back(*number);
  }
  return numbers;
}

// How many different values the file has over all processors that are on.
Fact<int64_t> count_topology(const Machine& machine, const std::string& file) {
  std::set<std::string> values;
  for (const int64_t number : with_topology(machine)) {
    const std::string path = cpu_folder(number) + "/topology/" + file;
    const auto line = machine.read_line(path);
    if (!line.ok()) return Fact<int64_t>::unknown(line.error().message());
    if (line.value() == "-1") {
      return Fact<int64_t>::unknown(path + " says -1: the firmware does not describe it");
    }
    values.insert(line.value());
  }
  if (values.empty()) return Fact<int64_t>::unknown(kCpus + " shows no topology");
  return Fact<int64_t>::known(static_cast<int64_t>(values.size()), kCpus + "/cpu*/topology/" + file);
}

void add(Fact<int64_t>& fact, const Fact<int64_t>& other) {
  if (other.is_known()) fact.also(other.value(), other.source());
}

void count_parts(const Machine& machine, const std::vector<KeyValues>& processors, Cpu& cpu) {
  cpu.sockets = count_topology(machine, "physical_package_id");
  add(cpu.sockets, count_in_cpu_info(processors, {"physical id"}));
  // Threads of one core share the list; core_id alone may begin anew in each cluster.
  cpu.cores = count_topology(machine, "core_cpus_list");
  if (!cpu.cores.is_known()) cpu.cores = count_topology(machine, "thread_siblings_list");
  add(cpu.cores, count_in_cpu_info(processors, {"physical id", "core id"}));
}

// "48K", "260M".
Result<int64_t> cache_size(const std::string& text, const std::string& path) {
  const size_t end = text.find_first_not_of("0123456789");
  const auto number = parse_int64(text.substr(0, end));
  const std::string unit = end == std::string::npos ? "" : text.substr(end);
  const int64_t scale = unit == "K" ? 1024 : unit == "M" ? 1024 * 1024 : unit.empty() ? 1 : 0;
  if (!number || scale == 0 || *number > (int64_t{1} << 40)) {
    return Error(ErrorCode::kMalformed, path + " says '" + text + "'");
  }
  return *number * scale;
}

Fact<int64_t> cache(const Machine& machine, int64_t processor, int64_t level) {
  const std::string folder = cpu_folder(processor) + "/cache";
  for (const std::string& index : machine.names(folder)) {
    const std::string place = folder + "/" + index;
    const auto found = machine.read_integer(place + "/level");
    const auto type = machine.read_line(place + "/type");
    if (!found.ok() || found.value() != level || !type.ok() || type.value() == "Instruction") continue;
    const auto text = machine.read_line(place + "/size");
    if (!text.ok()) return Fact<int64_t>::unknown(text.error().message());
    return fact(cache_size(text.value(), place + "/size"), place + "/size");
  }
  if (!machine.exists(folder)) return Fact<int64_t>::unknown("there is no " + folder);
  return Fact<int64_t>::unknown(folder + " shows none of level " + number_text(level));
}

Fact<int64_t> count_listed(const Machine& machine, const std::string& path) {
  const auto line = machine.read_line(path);
  if (!line.ok()) return Fact<int64_t>::unknown(line.error().message());
  const auto numbers = numbers_in_list(line.value(), path);
  if (!numbers.ok()) return Fact<int64_t>::unknown(numbers.error().message());
  return Fact<int64_t>::known(static_cast<int64_t>(numbers.value().size()), path);
}

Fact<bool> turbo(const Machine& machine) {
  const std::string off = kCpus + "/intel_pstate/no_turbo", on = kCpus + "/cpufreq/boost";
  if (const auto value = machine.read_integer(off); value.ok())
    return Fact<bool>::known(value.value() == 0, off);
  if (const auto value = machine.read_integer(on); value.ok())
    return Fact<bool>::known(value.value() != 0, on);
  return Fact<bool>::unknown("there is neither " + off + " nor " + on);
}

Fact<int64_t> clock_max(const Machine& machine, int64_t processor) {
  const std::string path = cpu_folder(processor) + "/cpufreq/cpuinfo_max_freq";
  const auto kilohertz = machine.read_integer(path);
  if (!kilohertz.ok()) return Fact<int64_t>::unknown(kilohertz.error().message());
  if (kilohertz.value() < 0 || kilohertz.value() > (int64_t{1} << 40)) {
    return Fact<int64_t>::unknown(path + " says " + number_text(kilohertz.value()));
  }
  return Fact<int64_t>::known(kilohertz.value() * 1000, path);
}

// Caches and clocks of the first processor of each kind.
void measure(const Machine& machine, const std::vector<int64_t>& firsts, Cpu& cpu) {
  cpu.cache_l1d_bytes = cache(machine, firsts.front(), 1);
  cpu.cache_l2_bytes = cache(machine, firsts.front(), 2);
  cpu.cache_l3_bytes = cache(machine, firsts.front(), 3);
  cpu.clock_max_hz = clock_max(machine, firsts.front());
  for (size_t i = 1; i < firsts.size(); ++i) {
    add(cpu.cache_l1d_bytes, cache(machine, firsts[i], 1));
    add(cpu.cache_l2_bytes, cache(machine, firsts[i], 2));
    add(cpu.cache_l3_bytes, cache(machine, firsts[i], 3));
    add(cpu.clock_max_hz, clock_max(machine, firsts[i]));
  }
}

Fact<double> cgroup_cpus(const Machine& machine) {
  const platform::CgroupLimits limits = machine.cgroup_limits();
  if (limits.cpus) return Fact<double>::known(*limits.cpus, limits.cpus_file.string());
  if (limits.shows_cpus) return Fact<double>::unknown("no control group of this process sets a limit");
  return Fact<double>::unknown(machine.exists("/proc/self/cgroup")
                                   ? "no control group of this process is visible under /sys/fs/cgroup"
                                   : "there is no /proc/self/cgroup");
}

void read_info(const Machine& machine, Cpu& cpu, std::vector<KeyValues>& processors,
               std::vector<int64_t>& firsts) {
  const auto info = machine.read(kCpuInfo);
  if (info.ok()) processors = parse_cpu_info(info.value());
  if (processors.empty()) {
    const std::string nothing =
        info.ok() ? std::string(kCpuInfo) + " shows no processor" : info.error().message();
    cpu.vendor = cpu.model = cpu.microcode = Fact<std::string>::unknown(nothing);
    cpu.family = cpu.model_number = cpu.stepping = cpu.threads = Fact<int64_t>::unknown(nothing);
    cpu.features = cpu.core_kinds = Fact<std::vector<std::string>>::unknown(nothing);
    return;
  }
  const std::vector<CoreKind> kinds = core_kinds(machine, processors);
  identify_cpu(processors, kinds, cpu);
  cpu.threads = Fact<int64_t>::known(static_cast<int64_t>(processors.size()),
                                     std::string(kCpuInfo) + ", number of processors");
  std::vector<std::string> names;
  firsts.clear();
  for (const CoreKind& kind : kinds) {
    names.push_back(kind.name);
    firsts.push_back(kind.first);
  }
  cpu.core_kinds = Fact<std::vector<std::string>>::known(std::move(names), kinds.front().source);
}

}  // namespace

Cpu collect_cpu(const Machine& machine) {
  Cpu cpu;
  cpu.architecture = Fact<std::string>::known(machine.answers().architecture, "uname");
  std::vector<KeyValues> processors;
  std::vector<int64_t> firsts = {0};
  read_info(machine, cpu, processors, firsts);
  if (const auto version = machine.read_line(kCpus + "/cpu0/microcode/version"); version.ok())
    cpu.microcode.also(version.value(), kCpus + "/cpu0/microcode/version");
  add(cpu.threads, count_listed(machine, kCpus + "/online"));
  count_parts(machine, processors, cpu);
  measure(machine, firsts, cpu);
  cpu.numa_nodes = count_listed(machine, "/sys/devices/system/node/online");
  cpu.governor = line_fact(machine, cpu_folder(firsts.front()) + "/cpufreq/scaling_governor");
  cpu.turbo = turbo(machine);
  cpu.allowed_threads = machine.answers().allowed_threads;
  cpu.cgroup_cpus = cgroup_cpus(machine);
  cpu.virtualisation = virtualisation(machine);
  return cpu;
}

}  // namespace ibid::hardware
