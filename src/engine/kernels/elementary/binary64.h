#pragma once
// The elementary functions in binary64, each accurate to about one unit in the last place on the range its
// header comment names. They are written over the vector types of simd.h, so every instruction set executes
// the same operations and gets the same bits; binary32.h rounds them to correctly rounded binary32 results,
// full_range64.h extends them to every binary64 argument.
//
// The polynomials interpolate at Chebyshev nodes of the reduced interval (computed with 80 digits, rounded to
// binary64); the comment at each gives the error of the rounded polynomial, relative to the function.

#include "engine/kernels/cpu/simd.h"
#include "engine/kernels/elementary/huge_reduction.h"

namespace ibid::kernels {
namespace {
namespace elementary {

using simd::F64;
using simd::I64;

// c[0] + c[1] x + c[2] x^2 + ... by Horner's rule, one fma a step.
template <int n, int i = 0>
IBID_INLINE F64 polynomial(const double (&c)[n], F64 x) {
  if constexpr (i + 1 == n) {
    return F64::of(c[i]);
  } else {
    return fma(polynomial<n, i + 1>(c, x), x, F64::of(c[i]));
  }
}

// Adding this to |x| < 2^51 leaves x rounded to an integer, in two's complement, in the low mantissa bits.
constexpr double kRoundToInteger = 0x1.8p52;

constexpr double kLn2 = 0x1.62e42fefa39efp-1, kLn2Tail = 0x1.abc9e3b39803fp-56;
// The first has 11 trailing zeros, so its product with an exponent is exact.
constexpr double kLn2Short = 0x1.62e42fefa3800p-1, kLn2ShortTail = 0x1.ef35793c76730p-45;

// (e^r - 1 - r) / r^2 for |r| <= ln 2 / 2: 2^-60.
constexpr double kExp[] = {0x1.0000000000000p-1,  0x1.5555555555557p-3,  0x1.5555555555556p-5,
                           0x1.11111111100dcp-7,  0x1.6c16c16c162d4p-10, 0x1.a01a01abe7fe1p-13,
                           0x1.a01a01a6d889cp-16, 0x1.71de0231960ebp-19, 0x1.27e4db646b17ep-22,
                           0x1.af4de97ca4194p-26, 0x1.1f730349868cep-29};

// x = n ln 2 + r. `power` is n in the exponent field: adding it to the bits of y multiplies y by 2^n.
struct ExpReduction {
  F64 r;
  I64 power;
};

IBID_INLINE ExpReduction reduce_exp(F64 x) {
  const F64 biased = fma(x, F64::of(0x1.71547652b82fep+0), F64::of(kRoundToInteger));
  const F64 n = biased - F64::of(kRoundToInteger);
  const F64 high = fma(-n, F64::of(kLn2), x);  // exact: a multiple of 2^-54 below 1/2
  return {fma(-n, F64::of(kLn2Tail), high), simd::shift_left<52>(bits(biased))};
}

IBID_INLINE F64 expm1_reduced(F64 r) { return fma(r * r, polynomial(kExp, r), r); }

// e^x, -700 <= x <= 700.
IBID_INLINE F64 exp_core(F64 x) {
  const ExpReduction e = reduce_exp(x);
  return from_bits(bits(expm1_reduced(e.r) + F64::of(1.0)) + e.power);
}

// e^x - 1, -700 <= x <= 700; the sign of a zero is lost.
IBID_INLINE F64 expm1_core(F64 x) {
  const ExpReduction e = reduce_exp(x);
  const F64 scale = from_bits(bits(F64::of(1.0)) + e.power);
  return fma(scale, expm1_reduced(e.r), scale - F64::of(1.0));
}

// (log((1+s)/(1-s)) - 2s) / s^3 over z = s^2, |s| <= 3 - 2 sqrt 2: 2^-59.
constexpr double kLog[] = {0x1.5555555555555p-1, 0x1.9999999999a39p-2, 0x1.2492492476a1ap-2,
                           0x1.c71c7201a55d7p-3, 0x1.745cf8e4bba1bp-3, 0x1.3b1c3c1c81c8fp-3,
                           0x1.0fbde0f4ad17bp-3, 0x1.0c0aff044a970p-3};

// u = 2^k (1 + f), 1 + f in [sqrt(1/2), sqrt 2).
struct LogReduction {
  F64 k, f;
};

IBID_INLINE LogReduction reduce_log(F64 u) {  // u positive and normal
  // Moves the exponent's step from 1 to sqrt(1/2), so that the top bits are k + 1023.
  const I64 moved = bits(u) + I64::of(0x3ff0000000000000 - 0x3fe6a09e667f3bcd);
  const I64 field = simd::shift_right<52>(moved);
  const F64 k = from_bits(field | I64::of(0x4330000000000000)) - F64::of(0x1p52 + 1023.0);
  const F64 m = from_bits((moved & I64::of(0x000fffffffffffff)) + I64::of(0x3fe6a09e667f3bcd));
  return {k, m - F64::of(1.0)};
}

// log(2^k (1 + f)) + low, with |low| far below the result. The two large terms k ln 2 and f are added without
// error, so that only the last addition rounds at full size.
IBID_INLINE F64 log_core(F64 k, F64 f, F64 low) {
  const F64 s = f / (f + F64::of(2.0));
  const F64 z = s * s;
  const F64 half_square = (f * F64::of(0.5)) * f;
  const F64 series = fma(s, fma(z, polynomial(kLog, z), half_square), fma(k, F64::of(kLn2ShortTail), low));
  const F64 exponent = k * F64::of(kLn2Short);
  const F64 high = exponent + f;
  const F64 high_error = (exponent - high) + f;
  return high + (high_error + (series - half_square));
}

// tanh a, 0 <= a <= 300.
IBID_INLINE F64 tanh_core(F64 a) {
  const F64 t = expm1_core(a + a);
  return t / (t + F64::of(2.0));
}

// erf(x) / x - 1 over x^2 for |x| <= 1: 2^-56.
constexpr double kErf[] = {0x1.06eba8214db69p-3,   -0x1.812746b0379e7p-2,  0x1.ce2f21a042bdep-4,
                           -0x1.b82ce312889bap-6,  0x1.565bcd0e6502dp-8,   -0x1.c02db3feeb579p-11,
                           0x1.f9a326c233146p-14,  -0x1.f4d2561aeafd4p-17, 0x1.b9e6509b9867dp-20,
                           -0x1.5f6d925a0bc7ap-23, 0x1.fc4356498c2d9p-27,  -0x1.4e607b41a6416p-30,
                           0x1.7f072188e194dp-34,  -0x1.29b9f1b3df556p-38};

// e^(a^2) erfc(a) over (a - 2) / (a + 2) for 1 <= a <= 6: 2^-54.
constexpr double kErfc[] = {0x1.058671b52c776p-2,   -0x1.b57034efd3f74p-2,  0x1.eeea7dc8a78a1p-3,
                            -0x1.437f0b68c0489p-4,  0x1.e9471597be87ap-9,   0x1.ca95ed50b7c81p-8,
                            -0x1.bc25a48873fcfp-11, -0x1.016b5b63ce721p-10, 0x1.6d5ee91b54222p-15,
                            0x1.6da887a2804f7p-13,  0x1.cdd4519ae1742p-16,  -0x1.ce6ac975b91e0p-16,
                            -0x1.d5b4578dde1bbp-17, 0x1.5e89dbd23021dp-20,  0x1.0d39558a33004p-18,
                            0x1.559a2f0faada6p-20,  -0x1.30be46f379823p-20};

// erf x, |x| <= 1; the sign of a zero is lost.
IBID_INLINE F64 erf_near_core(F64 x) { return fma(x, polynomial(kErf, x * x), x); }

// erf a, 1 <= a <= 6, given a^2 = square + square_error.
IBID_INLINE F64 erf_far_core(F64 a, F64 square, F64 square_error) {
  const F64 t = (a - F64::of(2.0)) / (a + F64::of(2.0));
  const F64 e = exp_core(-square);
  return fma(-fma(-e, square_error, e), polynomial(kErfc, t), F64::of(1.0));
}

// (sin r - r) / r^3 and (cos r - 1 + r^2/2) / r^4 over r^2 for |r| <= pi/4: 2^-57, 2^-59.
constexpr double kSin[] = {-0x1.5555555555555p-3, 0x1.1111111111110p-7,   -0x1.a01a01a019936p-13,
                           0x1.71de3a54605eep-19, -0x1.ae64541266378p-26, 0x1.61217ec01749dp-33,
                           -0x1.ab17a79237a19p-41};
constexpr double kCos[] = {0x1.5555555555555p-5,   -0x1.6c16c16c16966p-10, 0x1.a01a019f4e867p-16,
                           -0x1.27e4fa17a41b4p-22, 0x1.1eeb68b109173p-29,  -0x1.907d7aebd5e3dp-37};

// x = quadrant pi/2 + high + low, |high| <= pi/4 (1 + 2^-20).
struct TrigReduction {
  F64 high, low;
  I64 quadrant;  // modulo 4, in the low bits
};

constexpr double kHugeArgument = 0x1p17;

// The lanes beyond kHugeArgument, one by one; these are rare.
IBID_INLINE void reduce_huge_lanes(F64 x, TrigReduction* result) {
  double lanes[simd::kLanes64], high[simd::kLanes64], low[simd::kLanes64];
  int64_t quadrant[simd::kLanes64];
  store(lanes, x);
  store(high, result->high);
  store(low, result->low);
  store(quadrant, result->quadrant);
  for (int64_t i = 0; i < simd::kLanes64; ++i) {
    if (lanes[i] <= kHugeArgument && lanes[i] >= -kHugeArgument) continue;
    const HugeReduction r = reduce_huge(lanes[i]);
    high[i] = r.high;
    low[i] = r.low;
    quadrant[i] = r.quadrant;
  }
  *result = {simd::load(high), simd::load(low), simd::load(quadrant)};
}

IBID_INLINE TrigReduction reduce_trig(F64 x) {
  const F64 biased = fma(x, F64::of(0x1.45f306dc9c883p-1), F64::of(kRoundToInteger));
  const F64 q = biased - F64::of(kRoundToInteger);
  const F64 first = fma(-q, F64::of(kHalfPi), x);  // exact: a multiple of 2^-53 below 1
  const F64 product = q * F64::of(kHalfPiTail);
  const F64 product_error = fma(q, F64::of(kHalfPiTail), -product);
  const F64 high = first - product;
  const F64 back = high - first;
  const F64 high_error = (first - (high - back)) - (product + back);
  const F64 low = fma(-q, F64::of(kHalfPiTail2), high_error - product_error);
  TrigReduction result{high, low, bits(biased)};
  if (any(!(abs(x) <= F64::of(kHugeArgument)))) reduce_huge_lanes(x, &result);
  return result;
}

// sin(quadrant pi/2 + high + low).
IBID_INLINE F64 sin_reduced(TrigReduction t) {
  const F64 z = t.high * t.high;
  const F64 half = z * F64::of(0.5);
  const F64 sine = t.high + fma(z * t.high, polynomial(kSin, z), fma(-half, t.low, t.low));
  const F64 w = F64::of(1.0) - half;
  const F64 w_error = (F64::of(1.0) - w) - half;
  const F64 cosine = w + (w_error + fma(z * z, polynomial(kCos, z), -(t.high * t.low)));
  const I64 zero = I64::of(0);
  const F64 magnitude = select((t.quadrant & I64::of(1)) == zero, sine, cosine);
  return from_bits(bits(magnitude) ^ simd::shift_left<62>(t.quadrant & I64::of(2)));
}

IBID_INLINE F64 sin_core(F64 x) { return sin_reduced(reduce_trig(x)); }

IBID_INLINE F64 cos_core(F64 x) {
  TrigReduction t = reduce_trig(x);
  t.quadrant = t.quadrant + I64::of(1);
  return sin_reduced(t);
}

}  // namespace elementary
}  // namespace
}  // namespace ibid::kernels
