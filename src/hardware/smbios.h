#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ibid::hardware {

// A slot for memory as the firmware describes it (SMBIOS type 17); nothing where it does not say.
struct MemoryDevice {
  std::optional<std::string> locator, type, manufacturer, part_number, serial_number;
  std::optional<int64_t> size_bytes;  // 0: the slot is empty
  std::optional<int64_t> speed_mt_s, configured_speed_mt_s;
  std::optional<int64_t> data_width_bits, total_width_bits;
};

struct SmbiosMemory {
  std::vector<MemoryDevice> devices;
  std::optional<bool> corrects_errors;  // of the arrays the devices are in (type 16); of the first that says
};

// Reads the structures as the kernel shows them in /sys/firmware/dmi/tables/DMI. A torn table gives what
// comes before the tear.
SmbiosMemory parse_smbios_memory(std::string_view table);

}  // namespace ibid::hardware
