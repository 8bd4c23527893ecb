#include "hardware/memory_nodes.h"

#include <algorithm>

#include "base/number_text.h"

namespace ibid::hardware {
namespace {

const std::string kNodes = "/sys/devices/system/node";

// Lines such as "Node 0 MemTotal:       24684092 kB".
Fact<int64_t> bytes(const Result<std::string>& info, const std::string& path, int64_t node,
                    std::string_view key) {
  if (!info.ok()) return Fact<int64_t>::unknown(info.error().message());
  const std::string full = "Node " + number_text(node) + " " + std::string(key);
  return fact(KeyValues(info.value(), ':').kibibytes(full, path), path + ", '" + std::string(key) + "'");
}

MemoryNode collect_node(const Machine& machine, int64_t number) {
  const std::string folder = kNodes + "/node" + number_text(number), path = folder + "/meminfo";
  const auto info = machine.read(path);
  MemoryNode node;
  node.node = Fact<int64_t>::known(number, folder);
  node.total_bytes = bytes(info, path, number, "MemTotal");
  node.free_bytes = bytes(info, path, number, "MemFree");
  node.threads = line_fact(machine, folder + "/cpulist");
  return node;
}

}  // namespace

FactList<MemoryNode> collect_memory_nodes(const Machine& machine) {
  std::vector<int64_t> numbers;
  for (const std::string& name : machine.names(kNodes)) {
    const auto number = name.starts_with("node") ? parse_int64(name.substr(4)) : std::nullopt;
    if (number) numbers.push_back(*number);
  }
  std::ranges::sort(numbers);
  std::vector<MemoryNode> nodes;
  for (const int64_t number : numbers) nodes.push_back(collect_node(machine, number));
  if (nodes.empty()) {
    return FactList<MemoryNode>::unknown(machine.exists(kNodes)
                                             ? kNodes + " shows no node"
                                             : "there is no " + kNodes + ": the kernel knows no NUMA");
  }
  return FactList<MemoryNode>::known(std::move(nodes), kNodes);
}

}  // namespace ibid::hardware
