#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hardware/machine.h"
#include "hardware/report_fields.h"

namespace ibid::hardware {

inline constexpr const char* kCpuInfo = "/proc/cpuinfo";

// The blocks of /proc/cpuinfo that describe a processor each.
std::vector<KeyValues> parse_cpu_info(std::string_view text);

// Processors that are alike. Machines have several kinds where some cores are built for speed and others for
// thrift; facts of the first processor of a kind hold for all of it.
struct CoreKind {
  std::string name;    // for people
  int64_t first;       // the number of its first processor
  size_t block = 0;    // where that is among the blocks
  std::string source;  // what tells the kinds apart
};

std::vector<CoreKind> core_kinds(const Machine& machine, const std::vector<KeyValues>& processors);

// Vendor, model and what else the blocks say of each kind; where kinds differ, both are kept.
void identify_cpu(const std::vector<KeyValues>& processors, const std::vector<CoreKind>& kinds, Cpu& cpu);

// How many different values the processors have for the keys together; unknown where one has none.
Fact<int64_t> count_in_cpu_info(const std::vector<KeyValues>& processors,
                                const std::vector<std::string>& keys);

}  // namespace ibid::hardware
