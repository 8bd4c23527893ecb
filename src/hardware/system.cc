#include "hardware/system.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "hardware/os_release.h"

namespace ibid::hardware {
namespace {

const std::string kDmi = "/sys/class/dmi/id/";
const std::string kDeviceTree = "/proc/device-tree/";

// What makers leave in the firmware instead of an answer.
constexpr auto kPlaceholders = std::to_array<std::string_view>(
    {"to be filled by o.e.m.", "default string", "system product name", "system manufacturer",
     "system serial number", "system version", "not specified", "not applicable", "unknown", "none", "n/a",
     "o.e.m.", "oem", "xxxxxxxxxx", "0", "0123456789", "123456789"});

std::string lower_case(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

Fact<std::string> firmware_fact(const Machine& machine, const std::string& path) {
  const Fact<std::string> line = line_fact(machine, path);
  if (!line.is_known() || std::ranges::find(kPlaceholders, lower_case(line.value())) == kPlaceholders.end())
    return line;
  return Fact<std::string>::unknown(path + " says '" + line.value() + "': the maker left it out");
}

// Texts of the device tree end with a zero.
void add_device_tree(const Machine& machine, const std::string& name, Fact<std::string>& fact) {
  const auto text = machine.read(kDeviceTree + name);
  if (!text.ok()) return;
  const std::string_view value = trim(std::string_view(text.value()).substr(0, text.value().find('\0')));
  if (!value.empty()) fact.also(std::string(value), kDeviceTree + name);
}

void name_machine(const Machine& machine, System& system) {
  system.machine_vendor = firmware_fact(machine, kDmi + "sys_vendor");
  system.machine_product = firmware_fact(machine, kDmi + "product_name");
  add_device_tree(machine, "model", system.machine_product);
  system.machine_serial_number = firmware_fact(machine, kDmi + "product_serial");
  add_device_tree(machine, "serial-number", system.machine_serial_number);
  system.board = firmware_fact(machine, kDmi + "board_name");
  system.bios_vendor = firmware_fact(machine, kDmi + "bios_vendor");
  system.bios_version = firmware_fact(machine, kDmi + "bios_version");
  system.bios_date = firmware_fact(machine, kDmi + "bios_date");
}

void read_os_release(const Machine& machine, System& system) {
  std::string path = "/etc/os-release";
  Result<std::string> text = machine.read(path);
  if (!text.ok()) {
    path = "/usr/lib/os-release";
    text = machine.read(path);
  }
  const auto value = [&](std::string_view key) {
    if (!text.ok()) return Fact<std::string>::unknown("there is neither /etc/os-release nor " + path);
    return fact(shell_value(text.value(), key, path), path + ", '" + std::string(key) + "'");
  };
  system.distribution = value("PRETTY_NAME");
  system.distribution_id = value("ID");
  system.distribution_version = value("VERSION_ID");
}

// Of the choices "always [madvise] never" the one in brackets.
Fact<std::string> chosen(const Machine& machine, const std::string& path) {
  const Fact<std::string> line = line_fact(machine, path);
  if (!line.is_known()) return line;
  const size_t open = line.value().find('['), close = line.value().find(']');
  if (open == std::string::npos || close == std::string::npos || close <= open + 1)
    return Fact<std::string>::unknown(path + " says '" + line.value() + "'");
  return Fact<std::string>::known(line.value().substr(open + 1, close - open - 1), path);
}

Fact<std::string> address_randomisation(const Machine& machine) {
  const std::string path = "/proc/sys/kernel/randomize_va_space";
  const auto level = machine.read_line(path);
  if (!level.ok()) return Fact<std::string>::unknown(level.error().message());
  if (level.value() == "0") return Fact<std::string>::known("no", path);
  if (level.value() == "1") return Fact<std::string>::known("all but the heap", path);
  if (level.value() == "2") return Fact<std::string>::known("yes", path);
  return Fact<std::string>::unknown(path + " says '" + level.value() + "'");
}

// The same zone under its many names.
std::string zone_name(std::string_view name) {
  constexpr auto kUtc = std::to_array<std::string_view>(
      {"Etc/UTC", "Etc/UCT", "UCT", "Zulu", "Etc/Zulu", "Universal", "Etc/Universal"});
  return std::ranges::find(kUtc, name) == kUtc.end() ? std::string(name) : "UTC";
}

Fact<std::string> time_zone(const Machine& machine) {
  constexpr std::string_view kFolder = "zoneinfo/";
  const std::string link_path = "/etc/localtime", name_path = "/etc/timezone";
  Fact<std::string> zone =
      Fact<std::string>::unknown(link_path + " is no link, and there is no " + name_path);
  if (const auto link = machine.link(link_path); link.ok()) {
    const size_t at = link.value().find(kFolder);
    if (at != std::string::npos)
      zone = Fact<std::string>::known(zone_name(link.value().substr(at + kFolder.size())),
                                      "the link " + link_path);
  }
  if (const auto name = machine.read_line(name_path); name.ok())
    zone.also(zone_name(name.value()), name_path);
  // The C library takes a missing file for this.
  if (!zone.is_known() && machine.exists("/etc") && !machine.exists(link_path))
    return Fact<std::string>::known("UTC", "there is no " + link_path);
  return zone;
}

}  // namespace

System collect_system(const Machine& machine) {
  const SystemAnswers& answers = machine.answers();
  System system;
  system.kernel_name = Fact<std::string>::known(answers.kernel_name, "uname");
  system.kernel_release = Fact<std::string>::known(answers.kernel_release, "uname");
  system.kernel_version = Fact<std::string>::known(answers.kernel_version, "uname");
  read_os_release(machine, system);
  system.libc = answers.c_library;
  system.page_bytes = answers.page_bytes;
  system.transparent_huge_pages = chosen(machine, "/sys/kernel/mm/transparent_hugepage/enabled");
  system.address_randomisation = address_randomisation(machine);
  system.time_zone = time_zone(machine);
  system.clock_source =
      line_fact(machine, "/sys/devices/system/clocksource/clocksource0/current_clocksource");
  system.boot_id = line_fact(machine, "/proc/sys/kernel/random/boot_id");
  system.host_name = answers.host_name;
  name_machine(machine, system);
  return system;
}

}  // namespace ibid::hardware
