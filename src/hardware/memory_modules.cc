#include "hardware/memory_modules.h"

#include <optional>

#include "base/number_text.h"
#include "hardware/smbios.h"

namespace ibid::hardware {
namespace {

constexpr const char* kTable = "/sys/firmware/dmi/tables/DMI";
constexpr const char* kUdev = "/run/udev/data/+dmi:id";

std::optional<int64_t> udev_integer(const KeyValues& pairs, const std::string& key) {
  const auto value = pairs.integer(key, kUdev);
  return value.ok() ? std::optional(value.value()) : std::nullopt;
}

std::optional<std::string> udev_text(const KeyValues& pairs, const std::string& key) {
  const auto value = pairs.text(key, kUdev);
  return value.ok() ? std::optional(value.value()) : std::nullopt;
}

std::optional<bool> udev_ecc(const KeyValues& pairs) {
  const auto way = pairs.text("E:MEMORY_ARRAY_EC_TYPE", kUdev);
  if (!way.ok()) return std::nullopt;
  if (way.value().ends_with("-bit ECC")) return true;
  if (way.value() == "None" || way.value() == "Parity") return false;
  return std::nullopt;
}

// Lines such as "E:MEMORY_DEVICE_0_SIZE=17179869184".
SmbiosMemory parse_udev(std::string_view text) {
  const KeyValues pairs(text, '=');
  SmbiosMemory memory;
  memory.corrects_errors = udev_ecc(pairs);
  constexpr int64_t kMostSlots = 1024;
  const int64_t n_slots = udev_integer(pairs, "E:MEMORY_ARRAY_NUM_DEVICES").value_or(0);
  for (int64_t i = 0; i < std::min(n_slots, kMostSlots); ++i) {
    const std::string prefix = "E:MEMORY_DEVICE_" + number_text(i) + "_";
    MemoryDevice device;
    device.size_bytes = udev_integer(pairs, prefix + "SIZE");
    if (udev_text(pairs, prefix + "PRESENT") == "0") device.size_bytes = 0;
    device.locator = udev_text(pairs, prefix + "LOCATOR");
    device.type = udev_text(pairs, prefix + "TYPE");
    device.speed_mt_s = udev_integer(pairs, prefix + "SPEED_MTS");
    device.configured_speed_mt_s = udev_integer(pairs, prefix + "CONFIGURED_SPEED_MTS");
    device.data_width_bits = udev_integer(pairs, prefix + "DATA_WIDTH");
    device.total_width_bits = udev_integer(pairs, prefix + "TOTAL_WIDTH");
    device.manufacturer = udev_text(pairs, prefix + "MANUFACTURER");
    device.part_number = udev_text(pairs, prefix + "PART_NUMBER");
    device.serial_number = udev_text(pairs, prefix + "SERIAL_NUMBER");
    memory.devices.push_back(std::move(device));
  }
  return memory;
}

template <class T>
Fact<T> entry(const std::optional<T>& value, const std::string& source) {
  if (value) return Fact<T>::known(*value, source);
  return Fact<T>::unknown(source + " does not say");
}

MemoryModule module_facts(const MemoryDevice& device, const std::string& source) {
  return {.locator = entry(device.locator, source),
          .size_bytes = entry(device.size_bytes, source),
          .type = entry(device.type, source),
          .speed_mt_s = entry(device.speed_mt_s, source),
          .configured_speed_mt_s = entry(device.configured_speed_mt_s, source),
          .data_width_bits = entry(device.data_width_bits, source),
          .total_width_bits = entry(device.total_width_bits, source),
          .manufacturer = entry(device.manufacturer, source),
          .part_number = entry(device.part_number, source),
          .serial_number = entry(device.serial_number, source)};
}

MemoryModules described(const SmbiosMemory& memory, const std::string& source) {
  std::vector<MemoryModule> modules;
  for (const MemoryDevice& device : memory.devices) {
    if (device.size_bytes != 0) modules.push_back(module_facts(device, source));
  }
  const Fact<bool> ecc = memory.corrects_errors
                             ? Fact<bool>::known(*memory.corrects_errors, source)
                             : Fact<bool>::unknown(source + " does not say whether memory is corrected");
  // A table that describes no slot at all describes no memory, which every machine has.
  if (memory.devices.empty()) return {FactList<MemoryModule>::unknown(source + " describes no memory"), ecc};
  return {FactList<MemoryModule>::known(std::move(modules), source), ecc};
}

}  // namespace

MemoryModules collect_memory_modules(const Machine& machine) {
  const auto table = machine.read(kTable);
  if (table.ok()) return described(parse_smbios_memory(table.value()), kTable);
  const auto copy = machine.read(kUdev);
  if (copy.ok()) {
    const SmbiosMemory memory = parse_udev(copy.value());
    if (!memory.devices.empty()) return described(memory, kUdev);
  }
  const std::string reason =
      table.error().message() + "; " +
      (copy.ok() ? std::string(kUdev) + " describes no memory" : copy.error().message());
  return {FactList<MemoryModule>::unknown(reason), Fact<bool>::unknown(reason)};
}

}  // namespace ibid::hardware
