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

 private:
  std::string_view bytes_;
};

}  // namespace ibid::environment
