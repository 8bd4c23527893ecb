#include <doctest/doctest.h>

#include "captured_machine.h"
#include "hardware/disks.h"
#include "hardware/file_systems.h"
#include "hardware/mounts.h"
#include "hardware/network.h"

namespace ibid::hardware {
namespace {

using test::captured_machine;
using Texts = std::vector<std::string>;

const FileSystem& mounted_at(const FactList<FileSystem>& list, const std::string& mount_point) {
  for (const FileSystem& one : list.items) {
    if (one.mount_point.value() == mount_point) return one;
  }
  FAIL("nothing is mounted at " << mount_point);
  return list.items.front();
}

Texts mount_points(const char* name) {
  Texts points;
  for (const FileSystem& one : collect_file_systems(captured_machine(name)).items)
    points.push_back(one.mount_point.value());
  return points;
}

TEST_CASE("disks: connection, size, serial number; nothing in memory, no empty drive") {
  const FactList<Disk> server = collect_disks(captured_machine("xeon-server"));
  REQUIRE(server.items.size() == 2);
  CHECK(server.items[0].name.value() == "nvme0n1");
  CHECK(server.items[0].bus.value() == "NVMe");
  CHECK(server.items[0].serial_number.value() == "S6DENT000001");
  CHECK_FALSE(server.items[0].rotational.value());
  CHECK(server.items[1].bus.value() == "SAS");
  CHECK(server.items[1].size_bytes.value() == int64_t{3750748848} * 512);
  CHECK(server.items[1].serial_number.value() == "12345678");
  const auto bus = [](const char* machine, size_t i) {
    return collect_disks(captured_machine(machine)).items.at(i).bus.value();
  };
  CHECK(bus("amd-desktop", 1) == "SATA");
  CHECK(bus("amd-desktop", 2) == "USB");
  CHECK(bus("firecracker-vm", 0) == "virtio");
  CHECK(bus("docker-container", 0) == "VMBus");
  CHECK(bus("xen-podman", 0) == "Xen");
  CHECK(bus("laptop", 0) == "none: made by software");
  CHECK(bus("laptop", 1) == "MMC");
  CHECK(collect_disks(captured_machine("firecracker-vm")).items.size() == 1);
  CHECK_FALSE(collect_disks(captured_machine("almost-nothing")).is_known());
}

TEST_CASE("file systems that hold data, and no others") {
  CHECK(mount_points("xeon-server") == Texts{"/", "/dev/shm", "/scratch disk", "/export", "/lustre"});
  CHECK(mount_points("amd-desktop") == Texts{"/", "/boot/efi", "/data", "/mnt/remote"});
  CHECK(mount_points("laptop") == Texts{"/", "/tmp", "/mnt/share"});
  CHECK(mount_points("docker-container") == Texts{"/", "/dev/shm", "/data"});
  CHECK(mount_points("firecracker-vm") == Texts{"/", "/dev/shm"});
}

TEST_CASE("file systems over a network are marked and not asked") {
  const auto list = collect_file_systems(captured_machine("xeon-server"));
  const FileSystem& nfs = mounted_at(list, "/export");
  CHECK(nfs.network.value());
  CHECK(nfs.size_bytes.reason() == "not asked, because a dead server would hold up the report");
  CHECK(nfs.options.value() == Texts{"rw", "relatime", "vers=4.2", "hard", "proto=tcp"});
  CHECK(mounted_at(list, "/scratch disk").size_bytes.value() == 1919000000000);
  CHECK_FALSE(mounted_at(list, "/").network.value());
}

TEST_CASE("options hold no name and no address, and tell what is really read-only") {
  const auto laptop = collect_file_systems(captured_machine("laptop"));
  CHECK(mounted_at(laptop, "/mnt/share").options.value() ==
        Texts{"rw", "relatime", "vers=3.1.1", "cache=strict"});
  const auto desktop = collect_file_systems(captured_machine("amd-desktop"));
  CHECK(mounted_at(desktop, "/data").options.value() == Texts{"ro", "relatime", "data=ordered"});
}

TEST_CASE("lines of mounts") {
  const auto mounts = parse_mounts(
      "36 35 98:0 /a\\040b /c\\134d rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n"
      "36 35 98:0 / /short rw,noatime - ext3\n"
      "no mount at all\n");
  REQUIRE(mounts.size() == 1);
  CHECK(mounts[0].root == "/a b");
  CHECK(mounts[0].mount_point == "/c\\d");
  CHECK(mounts[0].type == "ext3");
  CHECK(mounts[0].file_system_options == Texts{"rw", "errors=continue"});
}

TEST_CASE("network interfaces") {
  const FactList<NetworkInterface> server = collect_network(captured_machine("xeon-server"));
  REQUIRE(server.items.size() == 5);
  const NetworkInterface &bond = server.items[0], &first = server.items[1], &second = server.items[2];
  CHECK(bond.name.value() == "bond0");
  CHECK_FALSE(bond.physical.value());
  CHECK_FALSE(bond.driver.is_known());
  CHECK(first.driver.value() == "i40e");
  CHECK(first.speed_mbit_s.value() == 25000);
  CHECK(first.mtu_bytes.value() == 9000);
  CHECK(second.speed_mbit_s.reason() == "/sys/class/net/eno2/speed says -1: it has none");
  CHECK_FALSE(collect_network(captured_machine("almost-nothing")).is_known());
}

}  // namespace
}  // namespace ibid::hardware
