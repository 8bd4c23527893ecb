#pragma once
// The correctly rounded binary32 functions (section 8.1): exp, log, log1p, expm1, tanh, erf, sin, cos, rsqrt.
//
// Each is evaluated in binary64 with an error of about one unit there and rounded once to binary32. That is
// wrong only where the exact value lies within the evaluation error, about 2^-53 of it, of the middle between
// two binary32 numbers: a handful of the 2^32 arguments of a function. They are known, because
// tests/exhaustive compares every argument with MPFR, and each is listed here with its right result
// (replace()). The other way, a sum of two doubles rounded to odd, would cost every lane what a table costs a
// few compares.

#include "engine/kernels/elementary/binary64.h"

namespace ibid::kernels {
namespace {
namespace elementary {

using simd::F32;

constexpr float kInfinity = __builtin_inff();

// y, but `result` where x is `argument`.
IBID_INLINE F32 replace(F32 y, F32 x, float argument, float result) {
  return select(x == F32::of(argument), F32::of(result), y);
}

// Both return x itself, also NaN, when it does not pass the bound.
IBID_INLINE F32 at_most(F32 x, float bound) { return hardware_min(F32::of(bound), x); }
IBID_INLINE F32 at_least(F32 x, float bound) { return hardware_max(F32::of(bound), x); }

IBID_INLINE F32 exp(F32 x) {
  // Beyond these bounds the result is Inf or +0 anyhow.
  const F32 y = in_binary64(at_least(at_most(x, 89.0f), -104.0f),
                            [](F64 a) __attribute__((always_inline)) { return exp_core(a); });
  return select(is_nan(x), x, y);
}

IBID_INLINE F32 expm1(F32 x) {
  const F32 y = in_binary64(at_least(at_most(x, 89.0f), -20.0f),
                            [](F64 a) __attribute__((always_inline)) { return expm1_core(a); });
  return select(is_nan(x), x, with_sign_of(abs(y), x));
}

IBID_INLINE F32 log(F32 x) {
  F32 y = in_binary64(x, [](F64 a) __attribute__((always_inline)) {
    const LogReduction r = reduce_log(a);
    return log_core(r.k, r.f, F64::of(0.0));
  });
  y = replace(y, x, 0x1.827a74p-7f, -0x1.1c2b1ep+2f);
  y = replace(y, x, 0x1.2f1fd6p+3f, 0x1.1fcbcep+1f);
  y = replace(y, x, 0x1.bacb4ap+25f, 0x1.1e0696p+4f);
  y = replace(y, x, 0x1.b121a6p+76f, 0x1.a9a3f2p+5f);
  y = replace(y, x, 0x1.6351d8p+95f, 0x1.08b512p+6f);
  if (any(!((x > F32::of(0.0f)) & (x < F32::of(kInfinity))))) {
    y = select(x >= F32::of(0.0f), y, F32::of(__builtin_nanf("")));
    y = select(x == F32::of(0.0f), F32::of(-kInfinity), y);
    y = select(x == F32::of(kInfinity), x, y);
  }
  return y;
}

IBID_INLINE F32 log1p(F32 x) {
  F32 y = in_binary64(x, [](F64 a) __attribute__((always_inline)) {
    // 1 + a is exact from 2^-29 on; below that k = 0 and only a itself is used.
    const LogReduction r = reduce_log(a + F64::of(1.0));
    return log_core(r.k, select(r.k == F64::of(0.0), a, r.f), F64::of(0.0));
  });
  y = with_sign_of(abs(y), x);
  y = replace(y, x, 0x1.800006p-21f, 0x1.7ffffep-21f);
  y = replace(y, x, 0x1.200036p-17f, 0x1.1fffe6p-17f);
  y = replace(y, x, 0x1.fb035ap-2f, 0x1.9bddc2p-2f);
  y = replace(y, x, 0x1.0f1fd6p+3f, 0x1.1fcbcep+1f);
  y = replace(y, x, 0x1.b121a6p+76f, 0x1.a9a3f2p+5f);
  y = replace(y, x, 0x1.6351d8p+95f, 0x1.08b512p+6f);
  y = replace(y, x, -0x1.7ffffap-21f, -0x1.800002p-21f);
  y = replace(y, x, -0x1.1fffcap-17f, -0x1.20001ap-17f);
  y = replace(y, x, -0x1.1d9188p-9f, -0x1.1de14ap-9f);
  if (any(!((x > F32::of(-1.0f)) & (x < F32::of(kInfinity))))) {
    y = select(x >= F32::of(-1.0f), y, F32::of(__builtin_nanf("")));
    y = select(x == F32::of(-1.0f), F32::of(-kInfinity), y);
    y = select(x == F32::of(kInfinity), x, y);
  }
  return y;
}

IBID_INLINE F32 tanh(F32 x) {
  const F32 y =
      in_binary64(at_most(abs(x), 10.0f), [](F64 a) __attribute__((always_inline)) { return tanh_core(a); });
  return select(is_nan(x), x, with_sign_of(abs(y), x));
}

IBID_INLINE F32 erf(F32 x) {
  const F32 a = at_most(abs(x), 4.0f);
  F32 y = in_binary64(a, [](F64 b) __attribute__((always_inline)) { return erf_near_core(b); });
  if (any(a > F32::of(1.0f))) {
    const F32 far = in_binary64(at_least(a, 1.0f), [](F64 b) __attribute__((always_inline)) {
      return erf_far_core(b, b * b, F64::of(0.0));  // the square of a binary32 number is exact
    });
    y = select(a > F32::of(1.0f), far, y);
  }
  return select(is_nan(x), x, with_sign_of(abs(y), x));
}

IBID_INLINE F32 sin(F32 x) {
  F32 y = in_binary64(x, [](F64 a) __attribute__((always_inline)) { return sin_core(a); });
  y = replace(y, x, 0x1.33333p+13f, -0x1.63f4bap-2f);
  y = replace(y, x, -0x1.33333p+13f, 0x1.63f4bap-2f);
  return select(x == F32::of(0.0f), x, y);
}

IBID_INLINE F32 cos(F32 x) {
  F32 y = in_binary64(x, [](F64 a) __attribute__((always_inline)) { return cos_core(a); });
  y = replace(y, abs(x), 0x1.3170fp+63f, 0x1.fe2976p-1f);
  return replace(y, abs(x), 0x1.2b9622p+67f, 0x1.f0285ep-1f);
}

IBID_INLINE F32 rsqrt(F32 x) {
  return in_binary64(x, [](F64 a) __attribute__((always_inline)) { return F64::of(1.0) / sqrt(a); });
}

}  // namespace elementary
}  // namespace
}  // namespace ibid::kernels
