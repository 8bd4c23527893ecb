#include "hardware/nvml_links.h"

#include <array>

#include "base/number_text.h"
#include "base/text.h"

namespace ibid::hardware {
namespace {

using Device = Nvml::Device;

// More than any generation has; NVML refuses the numbers that a device lacks.
constexpr uint32_t kMaxLinks = 64;

struct Links {
  int64_t n_active = 0;
  std::vector<std::string> remotes;  // addresses at the other ends, where they are told
};

// An error only if not even the first link can be asked about: that is a device without any.
Result<Links> read_links(const Nvml& nvml, Device device) {
  Links links;
  for (uint32_t link = 0; link < kMaxLinks; ++link) {
    uint32_t active = 0;
    const auto state =
        nvml.api().call<Device, uint32_t, uint32_t*>("nvmlDeviceGetNvLinkState", device, link, &active);
    if (!state.ok() && link == 0) return state.error();
    if (!state.ok()) break;
    if (active == 0) continue;
    ++links.n_active;
    NvmlPciInfo remote{};
    if (nvml.api()
            .call<Device, uint32_t, NvmlPciInfo*>("nvmlDeviceGetNvLinkRemotePciInfo_v2", device, link,
                                                  &remote)
            .ok())
      links.remotes.push_back(pci_address(remote.domain, remote.bus, remote.device, 0));
  }
  return links;
}

int64_t n_links_to(const Links& links, const std::string& address) {
  int64_t count = 0;
  for (const std::string& remote : links.remotes) count += remote == address ? 1 : 0;
  return count;
}

// Of nvmlGpuTopologyLevel_t.
std::string common_ancestor_text(int64_t level) {
  struct Level {
    int64_t number;
    const char* text;
  };
  constexpr auto kLevels = std::to_array<Level>({{0, "on the same board"},
                                                 {10, "by one PCIe switch"},
                                                 {20, "by several PCIe switches"},
                                                 {30, "by the PCIe host bridge"},
                                                 {40, "by the processor of one NUMA node"},
                                                 {50, "by the link between NUMA nodes"}});
  for (const Level& known : kLevels) {
    if (known.number == level) return known.text;
  }
  return "by a way that NVML calls " + number_text(level);
}

Result<std::string> way_text(const Nvml& nvml, const NvmlNode& from, const NvmlNode& to, const Links& links) {
  uint32_t level = 0;
  const auto common = nvml.api().call<Device, Device, uint32_t*>("nvmlDeviceGetTopologyCommonAncestor",
                                                                 from.device, to.device, &level);
  const int64_t direct = n_links_to(links, to.address);
  if (!common.ok() && direct == 0) return common.error();
  std::string text = "to " + to.address + ":";
  if (direct > 0) text += " " + number_text(direct) + (direct == 1 ? " NVLink" : " NVLinks");
  if (common.ok()) text += std::string(direct > 0 ? ", " : " ") + common_ancestor_text(level);
  return text;
}

// Links that end at no device of the list lead to a switch.
int64_t n_links_elsewhere(const Links& links, const std::vector<NvmlNode>& nodes) {
  int64_t count = links.n_active;
  for (const NvmlNode& node : nodes) count -= n_links_to(links, node.address);
  return count;
}

Result<std::vector<std::string>> ways(const Nvml& nvml, const NvmlNode& node,
                                      const std::vector<NvmlNode>& nodes, const Links& links) {
  std::vector<std::string> texts;
  for (const NvmlNode& other : nodes) {
    if (other.address == node.address) continue;
    IBID_ASSIGN(std::string text, way_text(nvml, node, other, links));
    texts.push_back(std::move(text));
  }
  if (const int64_t elsewhere = n_links_elsewhere(links, nodes); elsewhere > 0)
    texts.push_back(number_text(elsewhere) + " NVLinks to switches or devices that are not listed");
  return texts;
}

}  // namespace

void add_nvml_links(const Nvml& nvml, const std::vector<NvmlNode>& nodes, GpuList& gpus) {
  for (const NvmlNode& node : nodes) {
    Gpu& facts = gpus.at(node.address).facts;
    const Result<Links> links = read_links(nvml, node.device);
    offer(facts.nvlinks_active, links.ok() ? Result<int64_t>(links.value().n_active) : links.error(),
          nvml.api().source("nvmlDeviceGetNvLinkState"));
    offer(facts.topology, ways(nvml, node, nodes, links.ok() ? links.value() : Links()),
          nvml.api().source("nvmlDeviceGetTopologyCommonAncestor"));
  }
}

}  // namespace ibid::hardware
