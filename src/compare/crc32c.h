#pragma once

#include <cstdint>
#include <string_view>

namespace ibid::compare {

// CRC-32C (Castagnoli) of `bytes`.
uint32_t crc32c(std::string_view bytes);

// As tables of TensorFlow and LevelDB store it: turned and shifted, so that a checksum over checksums is
// none.
uint32_t masked_crc32c(std::string_view bytes);

}  // namespace ibid::compare
