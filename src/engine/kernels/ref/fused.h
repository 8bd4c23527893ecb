#pragma once
// fma(a, b, c) = ab + c rounded once, for every processor. Compiled where FMA instructions exist it is one of
// them; elsewhere it is computed from exact pieces. glibc's fma is not used: it is chosen per processor at
// run time, and the standard wants no library in a result path.

#include <cstdint>

namespace ibid::kernels {
namespace {

// The product of two binary32 values is exact in binary64. Adding c there and rounding that to binary32 would
// round twice; so the binary64 sum is rounded to odd: when it is inexact, its last bit is made 1, which keeps
// it off every rounding boundary of binary32 (section 0.1).
inline float software_fused(float a, float b, float c) {
  const double product = static_cast<double>(a) * static_cast<double>(b);
  const double addend = static_cast<double>(c);
  double sum = product + addend;
  const double back = sum - product;
  const double error = (product - (sum - back)) + (addend - back);  // exact: two-sum
  if (error != 0.0 && error == error) {
    uint64_t bits = __builtin_bit_cast(uint64_t, sum);
    if ((bits & 1u) == 0) {
      // One step towards the exact sum.
      const bool away = (error > 0.0) == (sum > 0.0);
      bits = away ? bits + 1 : bits - 1;
      sum = __builtin_bit_cast(double, bits);
    }
  }
  return static_cast<float>(sum);
}

// The binary64 form works on integers: both terms of ab + c are put into one 128-bit fixed-point frame, the
// smaller one shifted right with everything lost gathered in its last bit, and the sum is rounded from there.
// Error-free transforms would need fewer operations but overflow and underflow inside; this is the reference
// path of processors without FMA, where only exactness counts.
__extension__ typedef unsigned __int128 Frame;

// magnitude * 2^exponent, leading bit of the magnitude at kFrameTop or one below it.
struct FrameTerm {
  bool negative;
  int exponent;
  Frame magnitude;
};
constexpr int kFrameTop = 125;

struct FiniteParts {
  bool negative;
  int exponent;
  uint64_t mantissa;  // 53 bits, the highest set
};

inline FiniteParts finite_parts(double x) {  // x finite and not zero
  const uint64_t bits = __builtin_bit_cast(uint64_t, x);
  const int biased = static_cast<int>(bits >> 52 & 0x7ff);
  uint64_t mantissa = bits & 0xfffffffffffffu;
  if (biased != 0) return {(bits >> 63) != 0, biased - 1075, mantissa | 1ull << 52};
  const int shift = __builtin_clzll(mantissa) - 11;
  mantissa <<= shift;
  return {(bits >> 63) != 0, -1074 - shift, mantissa};
}

inline Frame shift_right_sticky(Frame x, int n) {
  if (n <= 0) return x;
  if (n > 127) return x != 0 ? 1 : 0;
  const Frame kept = x >> n;
  return kept | ((kept << n) != x ? 1u : 0u);
}

// Rounds a term (magnitude not zero) to the nearest binary64, ties to even.
inline double round_frame(FrameTerm t) {
  const uint64_t high = static_cast<uint64_t>(t.magnitude >> 64), low = static_cast<uint64_t>(t.magnitude);
  const int top = high != 0 ? 127 - __builtin_clzll(high) : 63 - __builtin_clzll(low);
  // The last kept bit has the weight 2^last: 52 below the leading bit, but never below 2^-1074.
  int last = t.exponent + top - 52;
  if (last < -1074) last = -1074;
  const int drop = last - t.exponent;  // below 2 only after cancellation, when few bits are left
  // Two bits more than are kept: the half, and whether there is anything below it.
  const Frame jammed = drop >= 2 ? shift_right_sticky(t.magnitude, drop - 2) : t.magnitude << (2 - drop);
  const unsigned rest = static_cast<unsigned>(jammed & 3u);
  Frame kept = jammed >> 2;
  if (rest == 3 || (rest == 2 && (kept & 1u) != 0)) ++kept;
  // Encoded so that a carry out of the mantissa moves into the exponent field by itself.
  const uint64_t mantissa = static_cast<uint64_t>(kept);
  uint64_t bits = mantissa;
  if (mantissa >= 1ull << 52) bits += static_cast<uint64_t>(last + 1074) << 52;
  if (last + 1074 >= 2046 || bits >= 0x7ff0000000000000u) bits = 0x7ff0000000000000u;
  return __builtin_bit_cast(double, bits | (t.negative ? 1ull << 63 : 0));
}

inline double software_fused(double a, double b, double c) {
  const auto finite = [](double x) { return x - x == 0.0; };
  // Here the product is exact (or not a number anyhow): one rounding remains.
  if (!finite(a) || !finite(b) || a == 0.0 || b == 0.0) return a * b + c;
  if (!finite(c)) return c;
  if (c == 0.0) return a * b;
  const FiniteParts pa = finite_parts(a), pb = finite_parts(b), pc = finite_parts(c);
  FrameTerm product{pa.negative != pb.negative, pa.exponent + pb.exponent - 20,
                    static_cast<Frame>(pa.mantissa) * pb.mantissa << 20};
  FrameTerm addend{pc.negative, pc.exponent - (kFrameTop - 52),
                   static_cast<Frame>(pc.mantissa) << (kFrameTop - 52)};
  // A shift of up to 20 loses nothing; beyond it the terms are too far apart to cancel by more than one bit,
  // so the gathered last bit stays far below the rounding position.
  FrameTerm& larger = product.exponent >= addend.exponent ? product : addend;
  FrameTerm& smaller = product.exponent >= addend.exponent ? addend : product;
  smaller.magnitude = shift_right_sticky(smaller.magnitude, larger.exponent - smaller.exponent);
  FrameTerm sum{larger.negative, larger.exponent, larger.magnitude + smaller.magnitude};
  if (larger.negative != smaller.negative) {
    if (larger.magnitude == smaller.magnitude) return 0.0;
    const bool swap = larger.magnitude < smaller.magnitude;
    sum.negative = swap ? smaller.negative : larger.negative;
    sum.magnitude = swap ? smaller.magnitude - larger.magnitude : larger.magnitude - smaller.magnitude;
  }
  return round_frame(sum);
}

#if defined(__FMA__) || defined(__aarch64__)
inline float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline double fused(double a, double b, double c) { return __builtin_fma(a, b, c); }
#else
inline float fused(float a, float b, float c) { return software_fused(a, b, c); }
inline double fused(double a, double b, double c) { return software_fused(a, b, c); }
#endif

}  // namespace
}  // namespace ibid::kernels
