#include "hardware/disks.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/number_text.h"
#include "base/text.h"

namespace ibid::hardware {
namespace {

const std::string kDisks = "/sys/block";

// What the path of a device contains, the most telling first.
constexpr auto kBuses =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"/usb", "USB"},
                                                                  {"/nvme", "NVMe"},
                                                                  {"/virtio", "virtio"},
                                                                  {"/vbd-", "Xen"},
                                                                  {"/VMBUS:", "VMBus"},
                                                                  {"/vmbus", "VMBus"},
                                                                  {"/mmc", "MMC"},
                                                                  {"/ata", "SATA"},
                                                                  {"/end_device-", "SAS"},
                                                                  {"/session", "iSCSI"},
                                                                  {"/rport-", "Fibre Channel"},
                                                                  {"/host", "SCSI"}});

bool is_in_memory(std::string_view name) {
  return name.starts_with("loop") || name.starts_with("ram") || name.starts_with("zram");
}

// The first of the files that has a line; the reason is that of the first.
Fact<std::string> first_line(const Machine& machine, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (const auto line = machine.read_line(path); line.ok())
      return Fact<std::string>::known(line.value(), path);
  }
  return line_fact(machine, paths.front());
}

Fact<int64_t> size(const Machine& machine, const std::string& folder) {
  constexpr int64_t kSectorBytes = 512;  // whatever the disk's own sectors are
  const std::string path = folder + "/size";
  const auto sectors = machine.read_integer(path);
  if (!sectors.ok()) return Fact<int64_t>::unknown(sectors.error().message());
  if (sectors.value() < 0 || sectors.value() > (int64_t{1} << 53)) {
    return Fact<int64_t>::unknown(path + " says " + number_text(sectors.value()));
  }
  return Fact<int64_t>::known(sectors.value() * kSectorBytes, path);
}

Fact<bool> rotational(const Machine& machine, const std::string& folder) {
  const std::string path = folder + "/queue/rotational";
  const auto value = machine.read_integer(path);
  if (!value.ok()) return Fact<bool>::unknown(value.error().message());
  return Fact<bool>::known(value.value() != 0, path);
}

Fact<std::string> bus(const Machine& machine, const std::string& folder) {
  const auto link = machine.link(folder);
  if (!link.ok()) return Fact<std::string>::unknown(link.error().message());
  if (link.value().find("/virtual/block/") != std::string::npos) {
    return Fact<std::string>::known("none: made by software", "the link " + folder);
  }
  for (const auto& [part, name] : kBuses) {
    if (link.value().find(part) != std::string::npos)
      return Fact<std::string>::known(std::string(name), "the link " + folder);
  }
  return Fact<std::string>::unknown("the link " + folder + " leads to no bus that ibid knows");
}

// SCSI disks keep the number in a page of theirs: four bytes about the page, then the text.
Fact<std::string> serial_number(const Machine& machine, const std::string& folder) {
  constexpr size_t kPageHeaderBytes = 4;
  const Fact<std::string> line = first_line(machine, {folder + "/device/serial", folder + "/serial"});
  const std::string path = folder + "/device/vpd_pg80";
  if (line.is_known() || !machine.exists(path)) return line;
  const auto page = machine.read(path);
  if (!page.ok()) return Fact<std::string>::unknown(page.error().message());
  if (page.value().size() <= kPageHeaderBytes) return Fact<std::string>::unknown(path + " is empty");
  std::string text = page.value().substr(kPageHeaderBytes);
  text.resize(std::min(text.find('\0'), text.size()));
  const std::string_view number = trim(text);
  if (number.empty()) return Fact<std::string>::unknown(path + " holds no number");
  return Fact<std::string>::known(std::string(number), path);
}

Disk collect_disk(const Machine& machine, const std::string& name) {
  const std::string folder = kDisks + "/" + name;
  Disk disk;
  disk.name = Fact<std::string>::known(name, kDisks);
  disk.model = first_line(machine, {folder + "/device/model", folder + "/device/name", folder + "/dm/name"});
  disk.size_bytes = size(machine, folder);
  disk.rotational = rotational(machine, folder);
  disk.bus = bus(machine, folder);
  disk.serial_number = serial_number(machine, folder);
  return disk;
}

}  // namespace

FactList<Disk> collect_disks(const Machine& machine) {
  if (!machine.exists(kDisks)) return FactList<Disk>::unknown("there is no " + kDisks);
  std::vector<Disk> disks;
  for (const std::string& name : machine.names(kDisks)) {
    if (is_in_memory(name)) continue;
    Disk disk = collect_disk(machine, name);
    // A drive without a medium, a network disk that is not connected.
    if (disk.size_bytes.is_known() && disk.size_bytes.value() == 0) continue;
    disks.push_back(std::move(disk));
  }
  return FactList<Disk>::known(std::move(disks), kDisks);
}

}  // namespace ibid::hardware
