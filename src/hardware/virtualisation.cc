#include "hardware/virtualisation.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "hardware/cpu_info.h"

namespace ibid::hardware {
namespace {

const std::string kDmi = "/sys/class/dmi/id/";

constexpr auto kSignatures =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"KVMKVMKVM", "KVM"},
                                                                  {"Linux KVM Hv", "KVM"},
                                                                  {"Microsoft Hv", "Hyper-V"},
                                                                  {"VMwareVMware", "VMware"},
                                                                  {"XenVMMXenVMM", "Xen"},
                                                                  {"TCGTCGTCGTCG", "QEMU without KVM"},
                                                                  {"VBoxVBoxVBox", "VirtualBox"},
                                                                  {"bhyve bhyve ", "bhyve"},
                                                                  {" lrpepyh  vr", "Parallels"},
                                                                  {"ACRNACRNACRN", "ACRN"}});

// What firmware calls the machine. Clouds are listed by what they run on today.
struct Firmware {
  std::string_view vendor, product;  // how each begins
  std::string_view hypervisor;
};
constexpr auto kFirmware = std::to_array<Firmware>({
    {"Microsoft Corporation", "Virtual Machine", "Hyper-V"},
    {"VMware", "", "VMware"},
    {"innotek GmbH", "", "VirtualBox"},
    {"Oracle Corporation", "VirtualBox", "VirtualBox"},
    {"Xen", "", "Xen"},
    {"Parallels", "", "Parallels"},
    {"BHYVE", "", "bhyve"},
    {"Amazon EC2", "", "KVM"},
    {"Google", "Google Compute Engine", "KVM"},
    {"Alibaba Cloud", "", "KVM"},
    {"DigitalOcean", "", "KVM"},
    {"Hetzner", "vServer", "KVM"},
    {"Apple Inc.", "Apple Virtualization", "Apple Virtualization"},
});

Fact<std::string> by_signature(const Machine& machine) {
  const Fact<std::string>& asked = machine.answers().hypervisor;
  if (!asked.is_known() || asked.value().empty()) return Fact<std::string>::unknown("not asked");
  for (const auto& [signature, name] : kSignatures) {
    if (asked.value() == signature) return Fact<std::string>::known(std::string(name), asked.source());
  }
  return Fact<std::string>::known("one that calls itself '" + asked.value() + "'", asked.source());
}

// QEMU and OpenStack are names for many things; they count only where nothing else says.
Fact<std::string> by_firmware(const Machine& machine, bool anything_known) {
  const auto vendor = machine.read_line(kDmi + "sys_vendor");
  const auto product = machine.read_line(kDmi + "product_name");
  const std::string product_name = product.ok() ? product.value() : "";
  const std::string source = kDmi + "sys_vendor and product_name";
  if (!vendor.ok()) return Fact<std::string>::unknown(vendor.error().message());
  for (const Firmware& known : kFirmware) {
    if (!vendor.value().starts_with(known.vendor) || !product_name.starts_with(known.product)) continue;
    if (product_name.ends_with(".metal")) break;  // a whole machine of a cloud
    return Fact<std::string>::known(std::string(known.hypervisor), source);
  }
  const bool emulated = vendor.value().starts_with("QEMU") || vendor.value().starts_with("OpenStack");
  if (emulated && !anything_known) return Fact<std::string>::known("QEMU, with or without KVM", source);
  return Fact<std::string>::unknown(source + " name no hypervisor");
}

Fact<std::string> by_device_tree(const Machine& machine) {
  const std::string path = "/proc/device-tree/hypervisor/compatible";
  const std::string model = "/proc/device-tree/model";
  const auto text = machine.read(path);
  if (!text.ok()) {
    // The board that exists in virtual machines alone.
    const auto board = machine.read(model);
    if (board.ok() && board.value().starts_with("linux,dummy-virt"))
      return Fact<std::string>::known("QEMU, with or without KVM", model);
    return Fact<std::string>::unknown(text.error().message());
  }
  if (text.value().starts_with("linux,kvm")) return Fact<std::string>::known("KVM", path);
  if (text.value().starts_with("xen,")) return Fact<std::string>::known("Xen", path);
  return Fact<std::string>::known("one that the device tree does not name", path);
}

Fact<std::string> by_xen(const Machine& machine) {
  const std::string path = "/sys/hypervisor/type";
  const auto type = machine.read_line(path);
  if (!type.ok()) return Fact<std::string>::unknown(type.error().message());
  return Fact<std::string>::known(type.value() == "xen" ? "Xen" : type.value(), path);
}

// Whether the processor's flags show a hypervisor; unknown where there are no flags.
Fact<bool> by_flag(const Machine& machine) {
  const auto info = machine.read(kCpuInfo);
  if (!info.ok()) return Fact<bool>::unknown(info.error().message());
  const std::vector<KeyValues> processors = parse_cpu_info(info.value());
  if (processors.empty()) return Fact<bool>::unknown(std::string(kCpuInfo) + " shows no processor");
  const auto flags = processors.front().text("flags", kCpuInfo);
  if (!flags.ok()) return Fact<bool>::unknown(flags.error().message());
  const std::vector<std::string> all = split(flags.value(), ' ');
  return Fact<bool>::known(std::ranges::find(all, "hypervisor") != all.end(),
                           std::string(kCpuInfo) + ", flag 'hypervisor'");
}

// Firecracker has no DMI; its ACPI tables, which root may read, carry its name.
bool is_firecracker(const Machine& machine) {
  constexpr size_t kMakerAt = 10;
  const auto table = machine.read("/sys/firmware/acpi/tables/FACP");
  return table.ok() && table.value().size() > kMakerAt + 6 &&
         std::string_view(table.value()).substr(kMakerAt, 6) == "FIRECK";
}

void add(Fact<std::string>& fact, const Fact<std::string>& other) {
  if (other.is_known()) fact.also(other.value(), other.source());
}

Fact<std::string> none_or_unknown(const Machine& machine) {
  const Fact<bool> flag = by_flag(machine);
  if (flag.is_known() && flag.value())
    return Fact<std::string>::known("one that does not give its name", flag.source());
  const Fact<std::string>& asked = machine.answers().hypervisor;
  if (asked.is_known()) return Fact<std::string>::known("none", asked.source());
  if (flag.is_known()) return Fact<std::string>::known("none", flag.source());
  for (const std::string& shown : {kDmi + "sys_vendor", std::string("/proc/device-tree/model")}) {
    if (machine.exists(shown)) return Fact<std::string>::known("none", shown);
  }
  return Fact<std::string>::unknown("neither processor nor firmware could be asked: " + asked.reason() +
                                    "; " + flag.reason() + "; there is no " + kDmi + "sys_vendor");
}

}  // namespace

Fact<std::string> virtualisation(const Machine& machine) {
  Fact<std::string> found = by_signature(machine);
  const bool is_kvm = found.is_known() && found.value() == "KVM";
  if (is_kvm && is_firecracker(machine)) {
    return Fact<std::string>::known("KVM (Firecracker)",
                                    found.source() + " and /sys/firmware/acpi/tables/FACP");
  }
  add(found, by_xen(machine));
  add(found, by_device_tree(machine));
  add(found, by_firmware(machine, found.is_known()));
  return found.is_known() ? found : none_or_unknown(machine);
}

}  // namespace ibid::hardware
