#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ibid {

// 128 bits that name a content: equal contents have equal digests, and different ones practically never do.
// Not for protection against forgery.
struct Digest128 {
  uint64_t high = 0;
  uint64_t low = 0;

  auto operator<=>(const Digest128&) const = default;

  // 32 lower-case hexadecimal digits, high half first, as xxh128sum prints it.
  std::string hex() const;
  // Nothing unless `text` is 32 hexadecimal digits.
  static std::optional<Digest128> from_hex(std::string_view text);
};

}  // namespace ibid
