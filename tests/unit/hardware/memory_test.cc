#include "hardware/memory.h"

#include <doctest/doctest.h>

#include "captured_machine.h"
#include "hardware/memory_modules.h"
#include "hardware/memory_nodes.h"
#include "hardware/smbios.h"
#include "support/temporary_folder.h"

namespace ibid::hardware {
namespace {

using test::captured_machine;
using test::put;
using test::TemporaryFolder;

Memory memory_of(const char* name) {
  const Machine machine = captured_machine(name);
  return collect_memory(machine, collect_memory_modules(machine).ecc);
}

TEST_CASE("totals are bytes") {
  const Memory memory = memory_of("xeon-server");
  CHECK(memory.total_bytes.value() == int64_t{197831944} * 1024);
  CHECK(memory.huge_pages.value() == 1024);
  CHECK(memory.huge_page_bytes.value() == 2 << 20);
}

TEST_CASE("the limit is the strictest, its use that of the group that sets it") {
  const Memory slurm = memory_of("xeon-server");
  CHECK(slurm.cgroup_limit_bytes.value() == int64_t{1} << 35);
  CHECK(slurm.cgroup_limit_bytes.source() == "/sys/fs/cgroup/memory/slurm/uid_1000/memory.limit_in_bytes");
  CHECK(slurm.cgroup_used_bytes.value() == 9000000000);
  const Memory desktop = memory_of("amd-desktop");
  CHECK(desktop.cgroup_limit_bytes.reason() == "no control group of this process sets a limit");
  CHECK(desktop.cgroup_used_bytes.value() == 5368709120);
}

TEST_CASE("error correction: driver and firmware") {
  CHECK(memory_of("xeon-server").ecc.value());
  CHECK(memory_of("xeon-server").ecc_uncorrected_errors.value() == 3);
  CHECK_FALSE(memory_of("amd-desktop").ecc.value());
  const std::string reason = memory_of("laptop").ecc.reason();
  CHECK(reason.find("only root may read /sys/firmware/dmi/tables/DMI") != std::string::npos);
}

TEST_CASE("modules by the firmware's table, by udev's copy of it, by neither") {
  const FactList<MemoryModule> server = collect_memory_modules(captured_machine("xeon-server")).modules;
  REQUIRE(server.items.size() == 2);
  CHECK(server.items[0].locator.value() == "A1");
  CHECK(server.items[0].size_bytes.value() == int64_t{96} << 30);
  CHECK(server.items[0].type.value() == "DDR4");
  CHECK(server.items[0].configured_speed_mt_s.value() == 2933);
  CHECK(server.items[0].part_number.value() == "M393A2K43DB2-CVF");
  CHECK(server.items[0].total_width_bits.value() == 72);
  const FactList<MemoryModule> desktop = collect_memory_modules(captured_machine("amd-desktop")).modules;
  REQUIRE(desktop.items.size() == 2);
  CHECK(desktop.items[1].size_bytes.value() == int64_t{16} << 30);
  CHECK(desktop.source == "/run/udev/data/+dmi:id");
  CHECK_FALSE(desktop.items[1].serial_number.is_known());
  const FactList<MemoryModule> laptop = collect_memory_modules(captured_machine("laptop")).modules;
  CHECK(laptop.unknown_reason.find("only root may read") != std::string::npos);
}

// A structure of the firmware's table: formatted bytes and texts.
std::string structure(std::string formatted, const std::string& texts) {
  formatted[1] = static_cast<char>(formatted.size());
  return formatted + texts + (texts.empty() ? std::string(2, '\0') : std::string(1, '\0'));
}

std::string device(size_t n_bytes) {
  std::string bytes(n_bytes, '\0');
  bytes[0] = 17;
  return bytes;
}

TEST_CASE("old and torn tables") {
  std::string old = device(0x15);  // before SMBIOS 2.3 a device had no speed and no maker
  old[0x0c] = '\x00';
  old[0x0d] = '\x02';
  old[0x10] = 1;
  const std::string table = structure(old, std::string("J1\0", 3));
  const SmbiosMemory memory = parse_smbios_memory(table + structure(old, std::string("J2\0", 3)));
  REQUIRE(memory.devices.size() == 2);
  CHECK(memory.devices[0].size_bytes == int64_t{512} << 20);
  CHECK(memory.devices[0].locator == "J1");
  CHECK(memory.devices[1].locator == "J2");
  CHECK_FALSE(memory.devices[0].speed_mt_s.has_value());
  CHECK_FALSE(memory.corrects_errors.has_value());
  CHECK(parse_smbios_memory(table + table.substr(0, 20)).devices.size() == 1);
  CHECK(parse_smbios_memory(std::string("\x11\x02\0\0", 4)).devices.empty());
  CHECK(parse_smbios_memory("").devices.empty());
}

TEST_CASE("sizes in KiB, unknown, and beyond 32 GiB") {
  std::string bytes = device(0x22);
  const auto size = [&bytes](uint8_t low, uint8_t high) {
    bytes[0x0c] = static_cast<char>(low);
    bytes[0x0d] = static_cast<char>(high);
    return parse_smbios_memory(structure(bytes, "")).devices.at(0).size_bytes;
  };
  CHECK(size(0x40, 0x80) == 64 * 1024);
  CHECK_FALSE(size(0xff, 0xff).has_value());
  CHECK(size(0, 0) == 0);
  bytes[0x1e] = 2;  // 0x20000 MiB
  CHECK(size(0xff, 0x7f) == int64_t{128} << 30);
}

TEST_CASE("nodes") {
  const FactList<MemoryNode> nodes = collect_memory_nodes(captured_machine("xeon-server"));
  REQUIRE(nodes.items.size() == 2);
  CHECK(nodes.items[1].node.value() == 1);
  CHECK(nodes.items[1].total_bytes.value() == int64_t{99070712} * 1024);
  CHECK(nodes.items[1].threads.value() == "2-3,6-7");
  CHECK_FALSE(collect_memory_nodes(captured_machine("almost-nothing")).is_known());
}

TEST_CASE("nodes are in the order of their numbers") {
  const TemporaryFolder folder;
  for (const char* node : {"node0", "node2", "node10"})
    put(folder.path(), std::string("sys/devices/system/node/") + node + "/cpulist", "\n");
  const FactList<MemoryNode> nodes = collect_memory_nodes(test::bare_machine(folder.path()));
  REQUIRE(nodes.items.size() == 3);
  CHECK(nodes.items[1].node.value() == 2);
  CHECK(nodes.items[2].node.value() == 10);
  CHECK(nodes.items[2].threads.reason() == "/sys/devices/system/node/node10/cpulist is empty");
}

}  // namespace
}  // namespace ibid::hardware
