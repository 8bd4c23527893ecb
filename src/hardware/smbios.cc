// The table is a row of structures: one byte type, one byte length, two bytes handle, the rest of `length`
// bytes by type, then the texts it names by number, each ended by a zero, and one more zero. Versions of the
// standard have made structures longer; a field beyond the length is not there.
// Source: DMTF DSP0134, System Management BIOS Reference Specification, 3.7, sections 6.1.2, 7.17, 7.18.

#include "hardware/smbios.h"

#include <array>

#include "base/text.h"

namespace ibid::hardware {
namespace {

constexpr int64_t kMiB = int64_t{1} << 20;
constexpr uint8_t kArray = 16, kDevice = 17, kEnd = 127;

class Structure {
 public:
  Structure(std::string_view formatted, std::string_view texts) : formatted_(formatted), texts_(texts) {}

  uint8_t type() const { return static_cast<uint8_t>(formatted_[0]); }

  std::optional<uint8_t> byte(size_t offset) const {
    if (offset >= formatted_.size()) return std::nullopt;
    return static_cast<uint8_t>(formatted_[offset]);
  }
  std::optional<int64_t> word(size_t offset) const { return little_endian(offset, 2); }
  std::optional<int64_t> double_word(size_t offset) const { return little_endian(offset, 4); }

  // The text whose number stands at `offset`; makers fill in words that say nothing.
  std::optional<std::string> text(size_t offset) const {
    const auto number = byte(offset);
    if (!number || *number == 0) return std::nullopt;
    const std::vector<std::string> all = split(texts_, '\0');
    if (*number > all.size()) return std::nullopt;
    const std::string_view found = trim(all[*number - 1]);
    if (found.empty()) return std::nullopt;
    return std::string(found);
  }

 private:
  std::optional<int64_t> little_endian(size_t offset, size_t n_bytes) const {
    if (offset + n_bytes > formatted_.size()) return std::nullopt;
    int64_t value = 0;
    for (size_t i = n_bytes; i > 0; --i)
      value = value * 256 + static_cast<uint8_t>(formatted_[offset + i - 1]);
    return value;
  }

  std::string_view formatted_, texts_;
};

std::optional<int64_t> without(std::optional<int64_t> value, int64_t meaningless) {
  return value == meaningless ? std::nullopt : value;
}

std::optional<int64_t> size_bytes(const Structure& device) {
  constexpr int64_t kUnknown = 0xffff, kExtended = 0x7fff, kInKiB = 0x8000;
  const auto size = without(device.word(0x0c), kUnknown);
  if (!size) return std::nullopt;
  if (*size == kExtended) {
    const auto extended = device.double_word(0x1c);
    return extended ? std::optional((*extended & 0x7fffffff) * kMiB) : std::nullopt;
  }
  return (*size & kInKiB) != 0 ? (*size & kExtended) * 1024 : *size * kMiB;
}

std::optional<std::string> memory_type(const Structure& device) {
  constexpr auto kNames = std::to_array<std::pair<uint8_t, const char*>>({{0x0f, "SDRAM"},
                                                                          {0x12, "DDR"},
                                                                          {0x13, "DDR2"},
                                                                          {0x18, "DDR3"},
                                                                          {0x1a, "DDR4"},
                                                                          {0x1b, "LPDDR"},
                                                                          {0x1c, "LPDDR2"},
                                                                          {0x1d, "LPDDR3"},
                                                                          {0x1e, "LPDDR4"},
                                                                          {0x1f, "non-volatile"},
                                                                          {0x20, "HBM"},
                                                                          {0x21, "HBM2"},
                                                                          {0x22, "DDR5"},
                                                                          {0x23, "LPDDR5"},
                                                                          {0x24, "HBM3"}});
  const auto number = device.byte(0x12);
  for (const auto& [known, name] : kNames) {
    if (number == known) return name;
  }
  return std::nullopt;
}

// Speeds beyond 65,534 MT/s stand in a longer field of later versions.
std::optional<int64_t> speed(const Structure& device, size_t offset, size_t long_offset) {
  const auto value = without(device.word(offset), 0);
  return value == 0xffff ? device.double_word(long_offset) : value;
}

MemoryDevice memory_device(const Structure& device) {
  MemoryDevice memory;
  memory.total_width_bits = without(device.word(0x08), 0xffff);
  memory.data_width_bits = without(device.word(0x0a), 0xffff);
  memory.size_bytes = size_bytes(device);
  memory.locator = device.text(0x10);
  memory.type = memory_type(device);
  memory.speed_mt_s = speed(device, 0x15, 0x54);
  memory.manufacturer = device.text(0x17);
  memory.serial_number = device.text(0x18);
  memory.part_number = device.text(0x1a);
  memory.configured_speed_mt_s = speed(device, 0x20, 0x58);
  return memory;
}

std::optional<bool> corrects_errors(const Structure& array) {
  constexpr uint8_t kSystemMemory = 3, kNone = 3, kParity = 4, kSingleBit = 5, kMultiBit = 6;
  if (array.byte(0x05) != kSystemMemory) return std::nullopt;
  const auto way = array.byte(0x06);
  if (way == kSingleBit || way == kMultiBit) return true;
  if (way == kNone || way == kParity) return false;
  return std::nullopt;
}

}  // namespace

SmbiosMemory parse_smbios_memory(std::string_view table) {
  constexpr size_t kHeaderBytes = 4;
  SmbiosMemory memory;
  while (table.size() >= kHeaderBytes) {
    const size_t length = static_cast<uint8_t>(table[1]);
    const size_t end =
        length < kHeaderBytes ? std::string_view::npos : table.find(std::string_view("\0\0", 2), length);
    if (end == std::string_view::npos) break;
    const Structure structure(table.substr(0, length), table.substr(length, end - length));
    if (structure.type() == kEnd) break;
    if (structure.type() == kDevice) memory.devices.push_back(memory_device(structure));
    if (structure.type() == kArray && !memory.corrects_errors)
      memory.corrects_errors = corrects_errors(structure);
    table.remove_prefix(end + 2);
  }
  return memory;
}

}  // namespace ibid::hardware
