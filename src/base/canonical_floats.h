#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ibid {

// How the bytes of floating-point numbers enter a digest: as they are, but every NaN as the quiet one without
// payload and sign, since those differ between processors (docs/formats/digests.md).
//
// Bits is the unsigned integer of the number's size; all bits of kExponent set and any other besides the sign
// make a NaN.
template <class Bits, Bits kExponent, Bits kNaN>
class CanonicalFloats {
 public:
  // Hands over the bytes of n numbers in pieces that stay in the cache between the check and the digest.
  template <class Piece>
  static void for_each_piece(const Bits* values, int64_t n, const Piece& piece) {
    constexpr int64_t kPiece = 1 << 14;
    std::vector<Bits> copy;
    for (int64_t begin = 0; begin < n; begin += kPiece) {
      const int64_t size = std::min(kPiece, n - begin);
      const Bits* block = values + begin;
      int has_nan = 0;
      for (int64_t i = 0; i < size; ++i) has_nan |= is_nan(block[i]) ? 1 : 0;
      if (has_nan != 0) {
        copy.assign(block, block + size);
        for (Bits& value : copy) value = is_nan(value) ? kNaN : value;
        block = copy.data();
      }
      piece(std::as_bytes(std::span(block, static_cast<size_t>(size))));
    }
  }

 private:
  static bool is_nan(Bits value) {
    constexpr Bits kMagnitude = static_cast<Bits>(static_cast<Bits>(~Bits{0}) >> 1);
    return static_cast<Bits>(value & kMagnitude) > kExponent;
  }
};

using CanonicalF16 = CanonicalFloats<uint16_t, 0x7C00, 0x7E00>;
using CanonicalBf16 = CanonicalFloats<uint16_t, 0x7F80, 0x7FC0>;
using CanonicalF32 = CanonicalFloats<uint32_t, 0x7F800000, 0x7FC00000>;
using CanonicalF64 = CanonicalFloats<uint64_t, 0x7FF0000000000000, 0x7FF8000000000000>;

}  // namespace ibid
