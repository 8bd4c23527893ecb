#include "hardware/rocm_gpus.h"

#include <array>
#include <cstring>

#include "base/hex.h"
#include "base/number_text.h"

namespace ibid::hardware {
namespace {

// rsmi_memory_type_t, RSMI_IO_LINK_TYPE.
constexpr int32_t kVideoMemory = 0;
constexpr int32_t kPcieLink = 1, kXgmiLink = 2;

struct CodeText {
  int32_t code;
  const char* text;
};
constexpr auto kCodes = std::to_array<CodeText>({
    {1, "invalid argument"},
    {2, "not supported by this device"},
    {3, "a file of the driver cannot be read"},
    {4, "only root may ask"},
    {6, "an internal error"},
    {8, "cannot be initialised; the amdgpu driver may not be loaded"},
    {9, "not implemented yet"},
    {10, "not found"},
    {14, "no data"},
    {16, "busy"},
    {-1, "an unknown error"},
});

std::string code_text(int32_t code) {
  for (const CodeText& known : kCodes) {
    if (known.code == code) return known.text;
  }
  return "an error";
}

Result<std::string> address_of(const VendorApi& rocm, uint32_t device) {
  uint64_t place = 0;
  IBID_TRY((rocm.call<uint32_t, uint64_t*>("rsmi_dev_pci_id_get", device, &place)));
  return pci_address(place >> 32, place >> 8 & 0xff, place >> 3 & 0x1f, place & 7);
}

Result<uint64_t> number(const VendorApi& rocm, const char* symbol, uint32_t device) {
  uint64_t value = 0;
  IBID_TRY((rocm.call<uint32_t, uint64_t*>(symbol, device, &value)));
  return value;
}

Result<std::string> name_of(const VendorApi& rocm, uint32_t device) {
  std::array<char, 256> text{};
  IBID_TRY((rocm.call<uint32_t, char*, size_t>("rsmi_dev_name_get", device, text.data(), text.size())));
  return std::string(text.data(), ::strnlen(text.data(), text.size()));
}

Result<std::string> serial_of(const VendorApi& rocm, uint32_t device) {
  std::array<char, 256> text{};
  IBID_TRY((rocm.call<uint32_t, char*, uint32_t>("rsmi_dev_serial_number_get", device, text.data(),
                                                 uint32_t{text.size()})));
  return std::string(text.data(), ::strnlen(text.data(), text.size()));
}

// As the kernel writes unique_id.
Result<std::string> unique_id(const VendorApi& rocm, uint32_t device) {
  IBID_ASSIGN(const uint64_t value, number(rocm, "rsmi_dev_unique_id_get", device));
  return hex_text(value);
}

Result<int64_t> memory_of(const VendorApi& rocm, uint32_t device) {
  uint64_t size_bytes = 0;
  IBID_TRY((rocm.call<uint32_t, int32_t, uint64_t*>("rsmi_dev_memory_total_get", device, kVideoMemory,
                                                    &size_bytes)));
  return static_cast<int64_t>(size_bytes);
}

Result<double> power_limit(const VendorApi& rocm, uint32_t device) {
  uint64_t microwatts = 0;
  IBID_TRY((rocm.call<uint32_t, uint32_t, uint64_t*>("rsmi_dev_power_cap_get", device, 0, &microwatts)));
  return static_cast<double>(microwatts) / 1e6;
}

// A mask of the blocks in which it is on.
Result<bool> ecc_of(const VendorApi& rocm, uint32_t device) {
  IBID_ASSIGN(const uint64_t blocks, number(rocm, "rsmi_dev_ecc_enabled_get", device));
  return blocks != 0;
}

void add_facts(const VendorApi& rocm, uint32_t device, FoundGpu& gpu) {
  Gpu& facts = gpu.facts;
  facts.vendor.also("AMD", rocm.source("rsmi_num_monitor_devices"));
  facts.pci_address.also(gpu.address, rocm.source("rsmi_dev_pci_id_get"));
  offer(facts.name, name_of(rocm, device), rocm.source("rsmi_dev_name_get"));
  offer(facts.uuid, unique_id(rocm, device), rocm.source("rsmi_dev_unique_id_get"));
  offer(facts.serial, serial_of(rocm, device), rocm.source("rsmi_dev_serial_number_get"));
  offer(facts.memory_total_bytes, memory_of(rocm, device), rocm.source("rsmi_dev_memory_total_get"));
  offer(facts.power_limit_w, power_limit(rocm, device), rocm.source("rsmi_dev_power_cap_get"));
  offer(facts.ecc, ecc_of(rocm, device), rocm.source("rsmi_dev_ecc_enabled_get"));
}

struct Node {
  std::string address;
  uint32_t device;
};

Result<std::string> way_text(const VendorApi& rocm, const Node& from, const Node& to) {
  uint64_t n_hops = 0;
  int32_t type = 0;
  IBID_TRY((rocm.call<uint32_t, uint32_t, uint64_t*, int32_t*>("rsmi_topo_get_link_type", from.device,
                                                               to.device, &n_hops, &type)));
  const std::string by = type == kXgmiLink ? "XGMI" : type == kPcieLink ? "PCIe" : "a link of unknown kind";
  return "to " + to.address + ": by " + by + ", " + number_text(n_hops) + (n_hops == 1 ? " hop" : " hops");
}

Result<std::vector<std::string>> ways(const VendorApi& rocm, const Node& node,
                                      const std::vector<Node>& nodes) {
  std::vector<std::string> texts;
  for (const Node& other : nodes) {
    if (other.device == node.device) continue;
    IBID_ASSIGN(std::string text, way_text(rocm, node, other));
    texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace

Result<VendorApi> open_rocm_smi(const std::vector<std::string>& names) {
  IBID_ASSIGN(platform::SharedLibrary library, platform::SharedLibrary::open_first(names));
  VendorApi rocm(std::move(library), "ROCm SMI", code_text);
  IBID_TRY((rocm.call<uint64_t>("rsmi_init", 0)));
  return rocm;
}

Result<void> add_rocm_gpus(const VendorApi& rocm, GpuList& gpus) {
  uint32_t count = 0;
  IBID_TRY((rocm.call<uint32_t*>("rsmi_num_monitor_devices", &count)));
  std::vector<Node> nodes;
  for (uint32_t device = 0; device < count; ++device) {
    const auto address = address_of(rocm, device);
    nodes.push_back(
        {address.ok() ? address.value() : "ROCm device " + number_text(uint64_t{device}), device});
    FoundGpu& gpu = gpus.at(nodes.back().address);
    gpu.vendor_id = kAmd;
    add_facts(rocm, device, gpu);
  }
  for (const Node& node : nodes)
    offer(gpus.at(node.address).facts.topology, ways(rocm, node, nodes),
          rocm.source("rsmi_topo_get_link_type"));
  return {};
}

}  // namespace ibid::hardware
