#include "hardware/cpu_info.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/number_text.h"
#include "base/text.h"

namespace ibid::hardware {
namespace {

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

// Makers of ARM processors by the number in their identification register.
constexpr auto kArmImplementers =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"0x41", "ARM"},
                                                                  {"0x42", "Broadcom"},
                                                                  {"0x43", "Cavium"},
                                                                  {"0x46", "Fujitsu"},
                                                                  {"0x48", "HiSilicon"},
                                                                  {"0x4e", "NVIDIA"},
                                                                  {"0x50", "Applied Micro"},
                                                                  {"0x51", "Qualcomm"},
                                                                  {"0x61", "Apple"},
                                                                  {"0xc0", "Ampere"}});

constexpr auto kPmuKinds = std::to_array<std::pair<const char*, const char*>>(
    {{"cpu_core", "performance"}, {"cpu_atom", "efficiency"}, {"cpu_lowpower", "low power"}});

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

std::string place(std::string_view key) { return std::string(kCpuInfo) + ", '" + std::string(key) + "'"; }

// The first key that there is; the reason names the first.
Fact<std::string> info_text(const KeyValues& info, std::string_view key, std::string_view other_key) {
  const std::string_view found = info.has(key) || !info.has(other_key) ? key : other_key;
  return fact(info.text(found, kCpuInfo), place(found));
}

// ARM writes its numbers in hexadecimal: 0xd0c.
Result<int64_t> any_integer(const std::string& text) {
  if (const auto decimal = parse_int64(text)) return *decimal;
  const Error error(ErrorCode::kMalformed, std::string(kCpuInfo) + " says '" + text + "'");
  if (!text.starts_with("0x") || text.size() < 3 || text.size() > 10) return error;
  int64_t value = 0;
  for (char digit : std::string_view(text).substr(2)) {
    const size_t digit_value = std::string_view("0123456789abcdef").find(digit);
    if (digit_value == std::string_view::npos) return error;
    value = value * 16 + static_cast<int64_t>(digit_value);
  }
  return value;
}

Fact<int64_t> info_integer(const KeyValues& info, std::string_view key, std::string_view other_key) {
  const Fact<std::string> text = info_text(info, key, other_key);
  return text.is_known() ? fact(any_integer(text.value()), text.source())
                         : Fact<int64_t>::unknown(text.reason());
}

Fact<std::string> vendor(const KeyValues& info) {
  const Fact<std::string> found = info_text(info, "vendor_id", "CPU implementer");
  if (!found.is_known()) return found;
  for (const auto& [number, name] : kArmImplementers) {
    if (found.value() == number)
      return Fact<std::string>::known(std::string(name) + " (" + found.value() + ")", found.source());
  }
  return found;
}

Fact<std::string> model(const KeyValues& info) {
  const Fact<std::string> found = info_text(info, "model name", "cpu");
  if (found.is_known() || !info.has("CPU part")) return found;
  return Fact<std::string>::unknown(found.reason() +
                                    ": 64-bit ARM kernels give a number instead, the model number");
}

Fact<std::vector<std::string>> features(const KeyValues& info) {
  const Fact<std::string> flags = info_text(info, "flags", "Features");
  if (!flags.is_known()) return Fact<std::vector<std::string>>::unknown(flags.reason());
  return Fact<std::vector<std::string>>::known(known_features(flags.value()), flags.source());
}

Cpu identified(const KeyValues& info) {
  Cpu cpu;
  cpu.vendor = vendor(info);
  cpu.model = model(info);
  cpu.family = info_integer(info, "cpu family", {});
  cpu.model_number = info_integer(info, "model", "CPU part");
  cpu.stepping = info_integer(info, "stepping", "CPU revision");
  cpu.microcode = info_text(info, "microcode", {});
  cpu.features = features(info);
  return cpu;
}

template <class T>
void merge(Fact<T>& fact, const Fact<T>& other, int64_t processor) {
  if (other.is_known()) fact.also(other.value(), other.source() + " of processor " + number_text(processor));
}

int64_t number_of(const KeyValues& block, size_t place) {
  const auto number = block.integer("processor", kCpuInfo);
  return number.ok() ? number.value() : static_cast<int64_t>(place);
}

// What a processor calls itself: the same text for processors that are alike.
std::string identity(const KeyValues& block) {
  std::string identity;
  for (const char* key :
       {"CPU implementer", "CPU part", "vendor_id", "cpu family", "model", "stepping", "cpu"}) {
    const auto value = block.text(key, kCpuInfo);
    if (value.ok()) identity += (identity.empty() ? "" : " ") + value.value();
  }
  return identity;
}

std::vector<CoreKind> kinds_by_identity(const std::vector<KeyValues>& processors) {
  std::vector<CoreKind> kinds;
  std::vector<std::string> identities;
  std::vector<std::vector<int64_t>> members;
  for (size_t i = 0; i < processors.size(); ++i) {
    const std::string own = identity(processors[i]);
    const auto at = static_cast<size_t>(std::ranges::find(identities, own) - identities.begin());
    const int64_t number = number_of(processors[i], i);
    if (at == identities.size()) {
      identities.push_back(own);
      members.emplace_back();
      kinds.push_back({"", number, i, std::string(kCpuInfo) + ", what each processor calls itself"});
    }
    members[at].push_back(number);
  }
  for (size_t i = 0; i < kinds.size(); ++i)
    kinds[i].name =
        kinds.size() == 1 ? "all alike" : identities[i] + " (" + list_of_numbers(members[i]) + ")";
  return kinds;
}

}  // namespace

std::vector<KeyValues> parse_cpu_info(std::string_view text) {
  std::vector<KeyValues> list;
  std::string block;
  for (const std::string& line : split(std::string(text) + "\n", '\n')) {
    if (!trim(line).empty()) {
      block += line + "\n";
      continue;
    }
    // ARM kernels add a block about the board.
    if (KeyValues pairs(block, ':'); pairs.has("processor")) list.push_back(std::move(pairs));
    block.clear();
  }
  return list;
}

std::vector<CoreKind> core_kinds(const Machine& machine, const std::vector<KeyValues>& processors) {
  std::vector<CoreKind> kinds;
  for (const auto& [folder, name] : kPmuKinds) {
    const std::string path = std::string("/sys/devices/") + folder + "/cpus";
    const auto list = machine.read_line(path);
    if (!list.ok()) continue;
    const auto numbers = numbers_in_list(list.value(), path);
    if (!numbers.ok() || numbers.value().empty()) continue;
    CoreKind kind{std::string(name) + " (" + list.value() + ")", numbers.value().front(), 0, path};
    for (size_t i = 0; i < processors.size(); ++i) {
      if (number_of(processors[i], i) == kind.first) kind.block = i;
    }
    kinds.push_back(std::move(kind));
  }
  return kinds.size() > 1 ? kinds : kinds_by_identity(processors);
}

void identify_cpu(const std::vector<KeyValues>& processors, const std::vector<CoreKind>& kinds, Cpu& cpu) {
  const Cpu first = identified(processors[kinds.front().block]);
  cpu.vendor = first.vendor;
  cpu.model = first.model;
  cpu.family = first.family;
  cpu.model_number = first.model_number;
  cpu.stepping = first.stepping;
  cpu.microcode = first.microcode;
  cpu.features = first.features;
  for (size_t i = 1; i < kinds.size(); ++i) {
    const Cpu other = identified(processors[kinds[i].block]);
    merge(cpu.vendor, other.vendor, kinds[i].first);
    merge(cpu.model, other.model, kinds[i].first);
    merge(cpu.family, other.family, kinds[i].first);
    merge(cpu.model_number, other.model_number, kinds[i].first);
    merge(cpu.stepping, other.stepping, kinds[i].first);
    merge(cpu.microcode, other.microcode, kinds[i].first);
    merge(cpu.features, other.features, kinds[i].first);
  }
}

Fact<int64_t> count_in_cpu_info(const std::vector<KeyValues>& processors,
                                const std::vector<std::string>& keys) {
  std::set<std::string> values;
  for (const KeyValues& block : processors) {
    std::string value;
    for (const std::string& key : keys) {
      const auto text = block.text(key, kCpuInfo);
      if (!text.ok()) return Fact<int64_t>::unknown(text.error().message());
      value += text.value() + " ";
    }
    values.insert(value);
  }
  if (values.empty()) return Fact<int64_t>::unknown(std::string(kCpuInfo) + " shows no processor");
  return Fact<int64_t>::known(static_cast<int64_t>(values.size()), place(join(keys, "' and '")));
}

}  // namespace ibid::hardware
