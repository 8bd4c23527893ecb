#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ibid {

// Lower case, two digits a byte; a 64-bit value has always 16 digits.
std::string hex_text(std::span<const uint8_t> bytes);
std::string hex_text(uint64_t value);

// 1 to 16 digits of either case and nothing else.
std::optional<uint64_t> parse_hex(std::string_view text);

}  // namespace ibid
