#pragma once
// Reduction of large arguments of sine and cosine by pi/2.
//
// x = m 2^e with an integer m, so x 2/pi modulo 4 needs only those bits of 2/pi whose product with 2^e lies
// below 4: a window of 192 bits that starts at a position given by e. The product with m, modulo 2^192, has
// the quadrant in its top two bits and 190 bits of fraction, wrong by less than 2^-137. No binary64 number
// comes nearer to a multiple of pi/2 than about 2^-61, so at least 75 bits of the remainder are right.
// A chain of ever more pieces of pi/2 in floating point was rejected: it needs one piece for every 50 bits of
// exponent.

#include <cstdint>

#include "engine/kernels/ref/fused.h"

namespace ibid::kernels {
namespace {
namespace elementary {

constexpr double kHalfPi = 0x1.921fb54442d18p+0, kHalfPiTail = 0x1.1a62633145c07p-54,
                 kHalfPiTail2 = -0x1.f1976b7ed8fbcp-110;

// The binary digits of 2/pi after the point, behind 64 zeros that stand for arguments below 2^54.
constexpr uint64_t kTwoOverPi[] = {
    0x0000000000000000, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
    0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41,
    0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7,
    0x4f463f669e5fea2d, 0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab,
    0xf0cfbc209af4361d};

// x = quadrant pi/2 + high + low.
struct HugeReduction {
  double high, low;
  int64_t quadrant;  // modulo 4, in the low bits
};

struct Bits192 {
  uint64_t high, middle, low;
};

// 192 bits of the digits from bit `start` on.
inline Bits192 two_over_pi_window(int start) {
  const int word = start / 64, shift = start % 64;
  const uint64_t* digits = kTwoOverPi + word;
  if (shift == 0) return {digits[0], digits[1], digits[2]};
  return {digits[0] << shift | digits[1] >> (64 - shift), digits[1] << shift | digits[2] >> (64 - shift),
          digits[2] << shift | digits[3] >> (64 - shift)};
}

inline Bits192 multiply_modulo(Bits192 a, uint64_t m) {
  const Frame low = static_cast<Frame>(a.low) * m;
  const Frame middle = static_cast<Frame>(a.middle) * m + (low >> 64);
  return {a.high * m + static_cast<uint64_t>(middle >> 64), static_cast<uint64_t>(middle),
          static_cast<uint64_t>(low)};
}

inline Bits192 negate(Bits192 a) {
  const uint64_t low = ~a.low + 1, middle = ~a.middle + (low == 0 ? 1 : 0);
  return {~a.high + (low == 0 && middle == 0 ? 1 : 0), middle, low};
}

// The fraction a / 2^192 (not 0) times pi/2 as a sum of two doubles.
inline HugeReduction times_half_pi(Bits192 a) {
  double unit = 0x1p-64;
  while (a.high == 0) {
    a = {a.middle, a.low, 0};
    unit *= 0x1p-64;
  }
  const int zeros = __builtin_clzll(a.high);
  if (zeros > 0)
    a = {a.high << zeros | a.middle >> (64 - zeros), a.middle << zeros | a.low >> (64 - zeros), 0};
  unit *= __builtin_bit_cast(double, static_cast<uint64_t>(1023 - zeros) << 52);
  const double high = static_cast<double>(a.high >> 11) * 0x1p11 * unit;
  const double low = static_cast<double>((a.high & 0x7ff) << 52 | a.middle >> 12) * 0x1p-52 * unit;
  const double product = high * kHalfPi;
  const double rest = fused(high, kHalfPi, -product) + fused(high, kHalfPiTail, low * kHalfPi);
  const double sum = product + rest;
  return {sum, (product - sum) + rest, 0};
}

// |x| >= 2^-10; Inf and NaN give NaN.
inline HugeReduction reduce_huge(double x) {
  const uint64_t bits = __builtin_bit_cast(uint64_t, x);
  const int biased = static_cast<int>(bits >> 52 & 0x7ff);
  if (biased == 0x7ff) return {x - x, 0.0, 0};
  const uint64_t m = (bits & 0xfffffffffffffu) | 1ull << 52;
  const Bits192 product = multiply_modulo(two_over_pi_window(biased - 1075 + 62), m);
  int64_t quadrant = static_cast<int64_t>(product.high >> 62);
  Bits192 fraction{product.high << 2 | product.middle >> 62, product.middle << 2 | product.low >> 62,
                   product.low << 2};
  const bool above_half = fraction.high >> 63 != 0;
  if (above_half) {
    ++quadrant;
    fraction = negate(fraction);
  }
  HugeReduction result = times_half_pi(fraction);
  const bool negative = (bits >> 63) != 0;
  if (above_half != negative) {
    result.high = -result.high;
    result.low = -result.low;
  }
  result.quadrant = negative ? -quadrant : quadrant;
  return result;
}

}  // namespace elementary
}  // namespace
}  // namespace ibid::kernels
