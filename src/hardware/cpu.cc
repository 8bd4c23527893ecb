#include "hardware/cpu.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/number_text.h"
#include "base/text.h"

namespace ibid::hardware {
namespace {

constexpr const char* kInfo = "/proc/cpuinfo";
const std::string kCpus = "/sys/devices/system/cpu";

// Instruction sets that numerical libraries choose kernels by, as the kernel writes them.
constexpr auto kFeatures = std::to_array<std::string_view>(
    {"sse2",        "sse3",        "ssse3",       "sse4_1",        "sse4_2",
     "avx",         "f16c",        "fma",         "fma4",          "bmi1",
     "bmi2",        "avx2",        "avx512f",     "avx512dq",      "avx512cd",
     "avx512bw",    "avx512vl",    "avx512ifma",  "avx512vbmi",    "avx512_vbmi2",
     "avx512_vnni", "avx512_bf16", "avx512_fp16", "avx512_bitalg", "avx512_vpopcntdq",
     "avx_vnni",    "avx_ifma",    "amx_tile",    "amx_int8",      "amx_bf16",
     "amx_fp16",    "asimd",       "asimdhp",     "asimddp",       "asimdfhm",
     "fphp",        "sve",         "sve2",        "svei8mm",       "svebf16",
     "i8mm",        "bf16",        "sme",         "sme2"});

// The blocks of /proc/cpuinfo; on ARM the facts of the first are those of the machine.
std::vector<KeyValues> processors(const std::string& text) {
  std::vector<KeyValues> list;
  std::string block;
  for (const std::string& line : split(text + "\n", '\n')) {
    if (!trim(line).empty()) {
      block += line + "\n";
      continue;
    }
    if (!block.empty()) list.emplace_back(block, ':');
    block.clear();
  }
  return list;
}

std::vector<std::string> known_features(const std::string& flags) {
  const std::vector<std::string> all = split(flags, ' ');
  std::vector<std::string> found;
  for (std::string_view feature : kFeatures) {
    // Intel's SSE3 has another name in the kernel.
    const std::string_view written = feature == "sse3" ? "pni" : feature;
    if (std::ranges::find(all, written) != all.end()) found.emplace_back(feature);
  }
  return found;
}

Fact<std::string> info_text(const KeyValues& info, std::string_view x86_key, std::string_view arm_key) {
  const std::string_view key = info.has(x86_key) ? x86_key : arm_key;
  return fact(info.text(key, kInfo), std::string(kInfo) + ", '" + std::string(key) + "'");
}

// ARM writes its numbers in hexadecimal: 0xd0c.
Result<int64_t> hexadecimal(const std::string& text) {
  if (!text.starts_with("0x") || text.size() > 10) {
    return Error(ErrorCode::kMalformed, std::string(kInfo) + " says '" + text + "'");
  }
  int64_t value = 0;
  for (char digit : std::string_view(text).substr(2)) {
    const size_t place = std::string_view("0123456789abcdef").find(digit);
    if (place == std::string_view::npos)
      return Error(ErrorCode::kMalformed, std::string(kInfo) + " says '" + text + "'");
    value = value * 16 + static_cast<int64_t>(place);
  }
  return value;
}

Fact<int64_t> info_integer(const KeyValues& info, std::string_view x86_key, std::string_view arm_key) {
  if (info.has(x86_key) || arm_key.empty()) {
    return fact(info.integer(x86_key, kInfo), std::string(kInfo) + ", '" + std::string(x86_key) + "'");
  }
  const Result<std::string> text = info.text(arm_key, kInfo);
  if (!text.ok()) return Fact<int64_t>::unknown(text.error().message());
  const auto decimal = parse_int64(text.value());
  return fact(decimal ? Result<int64_t>(*decimal) : hexadecimal(text.value()),
              std::string(kInfo) + ", '" + std::string(arm_key) + "'");
}

void identify(const std::string& text, Cpu& cpu) {
  const std::vector<KeyValues> all = processors(text);
  if (all.empty()) return;
  const KeyValues& info = all.front();
  cpu.vendor = info_text(info, "vendor_id", "CPU implementer");
  cpu.model = info_text(info, "model name", "Model");
  cpu.family = info_integer(info, "cpu family", {});
  cpu.model_number = info_integer(info, "model", "CPU part");
  cpu.stepping = info_integer(info, "stepping", "CPU revision");
  cpu.microcode = info_text(info, "microcode", "microcode");
  const Fact<std::string> flags = info_text(info, "flags", "Features");
  cpu.features = flags.is_known()
                     ? Fact<std::vector<std::string>>::known(known_features(flags.value()), flags.source())
                     : Fact<std::vector<std::string>>::unknown(flags.reason());
  int64_t n_processors = 0;
  for (const KeyValues& block : all) n_processors += block.has("processor") ? 1 : 0;
  cpu.threads = Fact<int64_t>::known(n_processors, std::string(kInfo) + ", number of processors");
}

// Distinct values of a file of every processor that is on.
Result<std::set<std::string>> topology_values(const Machine& machine, const std::vector<std::string>& files) {
  std::set<std::string> values;
  for (const std::string& name : machine.names(kCpus)) {
    if (!name.starts_with("cpu") || !parse_int64(name.substr(3))) continue;
    std::string value;
    for (const std::string& file : files) {
      IBID_ASSIGN(const std::string line, machine.read_line(kCpus + "/" + name + "/topology/" + file));
      value += line + " ";
    }
    values.insert(value);
  }
  if (values.empty()) return Error(ErrorCode::kNotFound, kCpus + " shows no topology");
  return values;
}

Fact<int64_t> count_topology(const Machine& machine, const std::vector<std::string>& files) {
  const auto values = topology_values(machine, files);
  if (!values.ok()) return Fact<int64_t>::unknown(values.error().message());
  return Fact<int64_t>::known(static_cast<int64_t>(values.value().size()),
                              kCpus + "/cpu*/topology/" + files.back());
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

Fact<int64_t> cache(const Machine& machine, int64_t level) {
  const std::string folder = kCpus + "/cpu0/cache";
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
  return fact(count_in_list(line.value(), path), path);
}

Fact<bool> turbo(const Machine& machine) {
  const std::string off = kCpus + "/intel_pstate/no_turbo", on = kCpus + "/cpufreq/boost";
  if (const auto value = machine.read_integer(off); value.ok())
    return Fact<bool>::known(value.value() == 0, off);
  if (const auto value = machine.read_integer(on); value.ok())
    return Fact<bool>::known(value.value() != 0, on);
  return Fact<bool>::unknown("there is neither " + off + " nor " + on);
}

Fact<int64_t> clock_max(const Machine& machine) {
  const std::string path = kCpus + "/cpu0/cpufreq/cpuinfo_max_freq";
  const auto kilohertz = machine.read_integer(path);
  if (!kilohertz.ok()) return Fact<int64_t>::unknown(kilohertz.error().message());
  if (kilohertz.value() < 0 || kilohertz.value() > (int64_t{1} << 40)) {
    return Fact<int64_t>::unknown(path + " says " + number_text(kilohertz.value()));
  }
  return Fact<int64_t>::known(kilohertz.value() * 1000, path);
}

}  // namespace

Cpu collect_cpu(const Machine& machine) {
  Cpu cpu;
  cpu.architecture = Fact<std::string>::known(machine.answers().architecture, "uname");
  const auto info = machine.read(kInfo);
  const std::string text = info.ok() ? info.value() : "";
  const std::string nothing = info.ok() ? std::string(kInfo) + " is empty" : info.error().message();
  cpu.vendor = cpu.model = cpu.microcode = Fact<std::string>::unknown(nothing);
  cpu.family = cpu.model_number = cpu.stepping = cpu.threads = Fact<int64_t>::unknown(nothing);
  cpu.features = Fact<std::vector<std::string>>::unknown(nothing);
  identify(text, cpu);
  if (const auto version = machine.read_line(kCpus + "/cpu0/microcode/version"); version.ok())
    cpu.microcode.also(version.value(), kCpus + "/cpu0/microcode/version");
  if (const auto online = count_listed(machine, kCpus + "/online"); online.is_known())
    cpu.threads.also(online.value(), online.source());
  cpu.sockets = count_topology(machine, {"physical_package_id"});
  cpu.cores = count_topology(machine, {"physical_package_id", "core_id"});
  cpu.cache_l1d_bytes = cache(machine, 1);
  cpu.cache_l2_bytes = cache(machine, 2);
  cpu.cache_l3_bytes = cache(machine, 3);
  cpu.numa_nodes = count_listed(machine, "/sys/devices/system/node/online");
  cpu.governor = line_fact(machine, kCpus + "/cpu0/cpufreq/scaling_governor");
  cpu.turbo = turbo(machine);
  cpu.clock_max_hz = clock_max(machine);
  cpu.allowed_threads = machine.answers().allowed_threads;
  return cpu;
}

}  // namespace ibid::hardware
