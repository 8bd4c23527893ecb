#pragma once
// fma(a, b, c) = ab + c rounded once, for every processor. Compiled where FMA instructions exist it is one of
// them; elsewhere it is computed from exact pieces. glibc's fma is not used: it is chosen per processor at
// run time, and the standard wants no library in a result path.

#include <cstdint>

namespace ibid::kernels {
namespace {

#if defined(__FMA__) || defined(__aarch64__)

inline float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline double fused(double a, double b, double c) { return __builtin_fma(a, b, c); }

#else

// The product of two binary32 values is exact in binary64. Adding c there and rounding that to binary32 would
// round twice; so the binary64 sum is rounded to odd: when it is inexact, its last bit is made 1, which keeps
// it off every rounding boundary of binary32 (section 0.1).
inline float fused(float a, float b, float c) {
  const double product = static_cast<double>(a) * static_cast<double>(b);
  const double addend = static_cast<double>(c);
  double sum = product + addend;
  const double back = sum - product;
  const double error = (product - (sum - back)) + (addend - back);  // exact: two-sum
  if (error != 0.0 && error == error) {
    uint64_t bits;
    __builtin_memcpy(&bits, &sum, sizeof bits);
    if ((bits & 1u) == 0) {
      // One step towards the exact sum.
      const bool away = (error > 0.0) == (sum > 0.0);
      bits = away ? bits + 1 : bits - 1;
      __builtin_memcpy(&sum, &bits, sizeof sum);
    }
  }
  return static_cast<float>(sum);
}

inline double fused(double a, double b, double c) { return __builtin_fma(a, b, c); }

#endif

}  // namespace
}  // namespace ibid::kernels
