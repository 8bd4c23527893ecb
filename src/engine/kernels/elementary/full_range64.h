#pragma once
// The elementary functions for float64 tensors (section 8.4): fixed sequences of binary64 operations, at most
// two units in the last place from the exact value, the same bits everywhere; not correctly rounded. Float64
// tensors serve gradient checks and exact bookkeeping, so these exist with one lane only and branch freely.

#include "engine/kernels/elementary/binary64.h"

namespace ibid::kernels {
namespace {
namespace elementary {

static_assert(simd::kLanes64 == 1, "these functions branch on their argument");

inline F64 exp(F64 x) {
  if (!(x.v < 709.79)) return x.v != x.v ? x : F64::of(__builtin_inf());
  if (x.v < -745.2) return F64::of(0.0);
  // e^x = e^(x - shift) e^shift in powers of two: the result of the core stays normal, the product rounds
  // once.
  const ExpReduction e = reduce_exp(x);
  const F64 y = expm1_reduced(e.r) + F64::of(1.0);
  if (x.v > 700.0) return from_bits(bits(y) + (e.power - simd::shift_left<52>(I64::of(1)))) * F64::of(2.0);
  if (x.v < -700.0)
    return from_bits(bits(y) + (e.power + simd::shift_left<52>(I64::of(200)))) * F64::of(0x1p-200);
  return from_bits(bits(y) + e.power);
}

inline F64 expm1(F64 x) {
  if (x.v != x.v || x.v == 0.0) return x;
  if (x.v > 60.0) return exp(x);  // the 1 is far below half a unit
  if (x.v < -60.0) return F64::of(-1.0);
  return expm1_core(x);
}

inline F64 log(F64 x) {
  if (x.v != x.v || x.v < 0.0) return F64::of(__builtin_nan(""));
  if (x.v == 0.0) return F64::of(-__builtin_inf());
  if (x.v == __builtin_inf()) return x;
  const bool subnormal = x.v < 0x1p-1022;
  const LogReduction r = reduce_log(subnormal ? x * F64::of(0x1p54) : x);
  return log_core(subnormal ? r.k - F64::of(54.0) : r.k, r.f, F64::of(0.0));
}

inline F64 log1p(F64 x) {
  if (x.v != x.v || x.v < -1.0) return F64::of(__builtin_nan(""));
  if (x.v == -1.0) return F64::of(-__builtin_inf());
  if (x.v == __builtin_inf() || x.v == 0.0) return x;
  const F64 one = F64::of(1.0), u = one + x;
  const LogReduction r = reduce_log(u);
  if (r.k.v == 0.0) return log_core(r.k, x, F64::of(0.0));
  // What rounding 1 + x lost, as a correction of the logarithm.
  const F64 lost = x.v > 1.0 ? one - (u - x) : x - (u - one);
  return log_core(r.k, r.f, lost / u);
}

inline F64 tanh(F64 x) {
  if (x.v != x.v || x.v == 0.0) return x;
  const F64 a = abs(x), two = F64::of(2.0);
  if (a.v > 22.0) return with_sign_of(F64::of(1.0), x);
  // t / (t + 2) with what the sum and the quotient lost put back.
  const F64 t = expm1_core(a + a), sum = two + t;
  const F64 lost = t.v > 2.0 ? (t - sum) + two : (two - sum) + t;
  const F64 quotient = t / sum;
  const F64 remainder = fma(-quotient, lost, fma(-quotient, sum, t));
  return with_sign_of(quotient + remainder / sum, x);
}

inline F64 erf(F64 x) {
  const F64 a = abs(x);
  if (x.v != x.v || x.v == 0.0) return x;
  if (a.v <= 1.0) return erf_near_core(x);
  if (a.v >= 6.0) return with_sign_of(F64::of(1.0), x);
  const F64 square = a * a;
  return with_sign_of(erf_far_core(a, square, fma(a, a, -square)), x);
}

inline F64 sin(F64 x) { return x.v == 0.0 ? x : sin_core(x); }
inline F64 cos(F64 x) { return cos_core(x); }
inline F64 rsqrt(F64 x) { return F64::of(1.0) / sqrt(x); }

}  // namespace elementary
}  // namespace
}  // namespace ibid::kernels
