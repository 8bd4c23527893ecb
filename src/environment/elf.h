#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

namespace ibid::environment {

// Little-endian numbers of an ELF file; nothing where it ends before them.
class Elf {
 public:
  explicit Elf(std::string_view bytes) : bytes_(bytes) {}

  bool is_64_bit_little_endian() const { return bytes_.starts_with(std::string_view("\177ELF\2\1", 6)); }

  template <class T>
  std::optional<T> number(uint64_t offset) const {
    T value;
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof value) return std::nullopt;
    std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  }

  // Empty where the file ends before it.
  std::string_view part(uint64_t offset, uint64_t size) const {
    if (offset > bytes_.size() || bytes_.size() - offset < size) return {};
    return bytes_.substr(offset, size);
  }

  struct Segment {
    uint32_t type;
    uint64_t offset, address, size;  // in the file, in memory, of the part that is in the file
  };

  // Those that the header tells of, up to the first that the file ends before.
  std::vector<Segment> segments() const {
    std::vector<Segment> segments;
    const auto table = number<uint64_t>(32);
    const auto entry_size = number<uint16_t>(54), n_entries = number<uint16_t>(56);
    if (!table || !entry_size || !n_entries) return segments;
    for (uint64_t i = 0; i < *n_entries; ++i) {
      const uint64_t entry = *table + i * *entry_size;
      const auto type = number<uint32_t>(entry);
      const auto offset = number<uint64_t>(entry + 8), address = number<uint64_t>(entry + 16),
                 size = number<uint64_t>(entry + 32);
      if (!type || !offset || !address || !size) break;
      segments.push_back({*type, *offset, *address, *size});
    }
    return segments;
  }

  // The bytes of the section of this name; empty if there is none.
  std::string_view section(std::string_view name) const {
    const auto table = number<uint64_t>(40);
    const auto entry_size = number<uint16_t>(58), n_entries = number<uint16_t>(60),
               names_at = number<uint16_t>(62);
    if (!table || *table == 0 || !entry_size || !n_entries || !names_at) return {};
    const std::string_view names = section_at(*table + uint64_t{*names_at} * *entry_size);
    for (uint64_t i = 0; i < *n_entries; ++i) {
      const uint64_t entry = *table + i * *entry_size;
      const auto at = number<uint32_t>(entry);
      if (!at) return {};
      if (*at < names.size() && names.substr(*at).substr(0, names.substr(*at).find('\0')) == name)
        return section_at(entry);
    }
    return {};
  }

 private:
  std::string_view section_at(uint64_t entry) const {
    constexpr uint32_t kWithoutBytes = 8;  // of .bss
    const auto type = number<uint32_t>(entry + 4);
    const auto offset = number<uint64_t>(entry + 24), size = number<uint64_t>(entry + 32);
    if (!type || *type == kWithoutBytes || !offset || !size) return {};
    return part(*offset, *size);
  }

  std::string_view bytes_;
};

}  // namespace ibid::environment
