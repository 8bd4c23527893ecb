#include "hardware/gpu_pci.h"

#include <algorithm>
#include <array>

#include "base/hex.h"
#include "base/number_text.h"
#include "base/text.h"

namespace ibid::hardware {
namespace {

constexpr const char* kBus = "/sys/bus/pci/devices";

struct Vendor {
  int64_t id;
  const char* name;
};
constexpr auto kVendors = std::to_array<Vendor>({{kNvidia, "NVIDIA"},
                                                 {kAmd, "AMD"},
                                                 {0x1022, "AMD"},
                                                 {kIntel, "Intel"},
                                                 {0x1da3, "Habana"},
                                                 {0x1e52, "Tenstorrent"},
                                                 {0x1ae0, "Google"},
                                                 {0x19e5, "Huawei"},
                                                 {0x10ee, "Xilinx"}});

// ASPEED, Matrox, Cirrus, QEMU, VMware, virtio, Hyper-V, VirtualBox.
constexpr auto kOnlyShowPictures =
    std::to_array<int64_t>({0x1a03, 0x102b, 0x1013, 0x1234, 0x15ad, 0x1af4, 0x1414, 0x80ee, 0x1b36});

// "0x030200"; the kernel writes identifiers so.
Result<int64_t> read_hexadecimal(const Machine& machine, const std::string& path) {
  IBID_ASSIGN(const std::string line, machine.read_line(path));
  const Error malformed(ErrorCode::kMalformed, path + " says '" + line + "'");
  const auto value = line.starts_with("0x") ? parse_hex(std::string_view(line).substr(2)) : std::nullopt;
  if (!value || *value > 0xffffffff) return malformed;
  return static_cast<int64_t>(*value);
}

bool is_accelerator(int64_t pci_class) { return pci_class >> 16 == 0x03 || pci_class >> 8 == 0x1200; }

Result<std::string> vendor_name(int64_t id) {
  for (const Vendor& vendor : kVendors) {
    if (vendor.id == id) return std::string(vendor.name);
  }
  return "PCI vendor " + pci_ids(id, 0).substr(0, 4);
}

// The driver's name is the last part of where the link leads.
Result<std::string> bound_driver(const Machine& machine, const std::string& folder) {
  if (!machine.exists(folder)) return Error(ErrorCode::kNotFound, "there is no " + folder);
  const Result<std::string> link = machine.link(folder + "/driver");
  if (!link.ok()) return std::string("none");
  return link.value().substr(link.value().rfind('/') + 1);
}

// "16.0 GT/s PCIe" is of generation 4.
Result<int64_t> link_generation(const Machine& machine, const std::string& path) {
  constexpr auto kSpeeds = std::to_array<std::string_view>({"2.5", "5", "8", "16", "32", "64"});
  IBID_ASSIGN(const std::string line, machine.read_line(path));
  std::string speed = line.substr(0, line.find(' '));
  if (speed.ends_with(".0")) speed.resize(speed.size() - 2);
  const auto place = std::ranges::find(kSpeeds, speed);
  if (place == kSpeeds.end()) return Error(ErrorCode::kMalformed, path + " says '" + line + "'");
  return static_cast<int64_t>(place - kSpeeds.begin()) + 1;
}

// 0 and 255 stand for "no link".
Result<int64_t> link_width(const Machine& machine, const std::string& path) {
  IBID_ASSIGN(const int64_t width, machine.read_integer(path));
  if (width > 0 && width < 255) return width;
  return Error(ErrorCode::kMalformed, path + " says " + number_text(width) + ": there is no link");
}

void add_facts(const Machine& machine, FoundGpu& gpu) {
  const std::string folder = pci_folder(gpu);
  Gpu& facts = gpu.facts;
  const auto vendor = read_hexadecimal(machine, folder + "/vendor");
  const auto device = read_hexadecimal(machine, folder + "/device");
  if (vendor.ok()) offer(facts.vendor, vendor_name(vendor.value()), folder + "/vendor");
  if (vendor.ok() && device.ok())
    facts.pci_ids.also(pci_ids(vendor.value(), device.value()), folder + "/vendor and device");
  offer(facts.pci_address, Result<std::string>(gpu.address), kBus);
  const auto driver = bound_driver(machine, folder);
  offer(facts.driver, driver, folder + "/driver");
  if (driver.ok() && driver.value() != "none") {
    gpu.driver = driver.value();
    const std::string version = "/sys/module/" + gpu.driver + "/version";
    offer_if_known(facts.driver_version, machine.read_line(version), version);
  }
  offer(facts.pcie_generation, link_generation(machine, folder + "/current_link_speed"),
        folder + "/current_link_speed");
  offer(facts.pcie_generation_max, link_generation(machine, folder + "/max_link_speed"),
        folder + "/max_link_speed");
  offer(facts.pcie_width, link_width(machine, folder + "/current_link_width"),
        folder + "/current_link_width");
  offer(facts.pcie_width_max, link_width(machine, folder + "/max_link_width"), folder + "/max_link_width");
}

}  // namespace

std::string pci_folder(const FoundGpu& gpu) { return std::string(kBus) + "/" + gpu.address; }

Result<std::string> find_pci_gpus(const Machine& machine, GpuList& gpus) {
  if (!machine.exists(kBus)) return Error(ErrorCode::kNotFound, "there is no " + std::string(kBus));
  int64_t n_devices = 0, n_found = 0;
  std::string only_pictures;
  for (const std::string& address : machine.names(kBus)) {
    const std::string folder = std::string(kBus) + "/" + address;
    const auto pci_class = read_hexadecimal(machine, folder + "/class");
    const auto vendor = read_hexadecimal(machine, folder + "/vendor");
    ++n_devices;
    if (!pci_class.ok() || !is_accelerator(pci_class.value())) continue;
    const int64_t vendor_id = vendor.ok() ? vendor.value() : 0;
    if (std::ranges::find(kOnlyShowPictures, vendor_id) != kOnlyShowPictures.end()) {
      only_pictures +=
          "; " + address + " of " + vendor_name(vendor_id).value() + " does nothing but show pictures";
      continue;
    }
    gpus.at(address).vendor_id = vendor_id;
    ++n_found;
  }
  return std::string(kBus) + " shows " + (n_found == 0 ? "none" : number_text(n_found)) +
         " of class 03xx or 1200 among " + number_text(n_devices) + " devices" + only_pictures;
}

void add_pci_facts(const Machine& machine, GpuList& gpus) {
  for (FoundGpu& gpu : gpus.all()) add_facts(machine, gpu);
}

}  // namespace ibid::hardware
