#pragma once
// The vector types of cpu/simd.h with one lane, for the reference: the elementary functions and the
// elementwise formulas are written once over these names, and here they are plain scalar code. Products and
// sums fuse through fused(), so a processor without FMA instructions has the same bits.

#include <cstdint>

#include "engine/kernels/ref/fused.h"

namespace ibid::kernels {
namespace {
namespace simd {

constexpr int64_t kLanes = 1;
constexpr int64_t kLanes64 = 1;

struct M32 {
  bool v;
};
struct M64 {
  bool v;
};
struct I64 {
  uint64_t v;
  static IBID_MEMBER I64 of(int64_t x) { return {static_cast<uint64_t>(x)}; }
};
struct F32 {
  using Mask = M32;
  float v;
  static IBID_MEMBER F32 of(float x) { return {x}; }
};
struct F64 {
  using Mask = M64;
  using Int = I64;
  double v;
  static IBID_MEMBER F64 of(double x) { return {x}; }
};

// --- float ---
IBID_INLINE F32 load(const float* p) { return {*p}; }
IBID_INLINE void store(float* p, F32 a) { *p = a.v; }
IBID_INLINE F32 operator+(F32 a, F32 b) { return {a.v + b.v}; }
IBID_INLINE F32 operator-(F32 a, F32 b) { return {a.v - b.v}; }
IBID_INLINE F32 operator*(F32 a, F32 b) { return {a.v * b.v}; }
IBID_INLINE F32 operator/(F32 a, F32 b) { return {a.v / b.v}; }
IBID_INLINE F32 fma(F32 a, F32 b, F32 c) { return {fused(a.v, b.v, c.v)}; }
IBID_INLINE F32 sqrt(F32 a) { return {__builtin_sqrtf(a.v)}; }
IBID_INLINE M32 operator<(F32 a, F32 b) { return {a.v < b.v}; }
IBID_INLINE M32 operator<=(F32 a, F32 b) { return {a.v <= b.v}; }
IBID_INLINE M32 operator>(F32 a, F32 b) { return {a.v > b.v}; }
IBID_INLINE M32 operator>=(F32 a, F32 b) { return {a.v >= b.v}; }
IBID_INLINE M32 operator==(F32 a, F32 b) { return {a.v == b.v}; }
IBID_INLINE M32 is_nan(F32 a) { return {a.v != a.v}; }
IBID_INLINE M32 operator|(M32 a, M32 b) { return {a.v || b.v}; }
IBID_INLINE M32 operator&(M32 a, M32 b) { return {a.v && b.v}; }
IBID_INLINE M32 operator!(M32 m) { return {!m.v}; }
IBID_INLINE bool any(M32 m) { return m.v; }
IBID_INLINE F32 select(M32 m, F32 a, F32 b) { return {m.v ? a.v : b.v}; }
IBID_INLINE F32 operator-(F32 a) { return {-a.v}; }
IBID_INLINE F32 abs(F32 a) { return {__builtin_fabsf(a.v)}; }
IBID_INLINE F32 hardware_max(F32 a, F32 b) { return {a.v > b.v ? a.v : b.v}; }
IBID_INLINE F32 hardware_min(F32 a, F32 b) { return {a.v < b.v ? a.v : b.v}; }
IBID_INLINE F32 with_sign_of(F32 a, F32 b) { return {__builtin_copysignf(a.v, b.v)}; }

// --- double ---
IBID_INLINE F64 load(const double* p) { return {*p}; }
IBID_INLINE void store(double* p, F64 a) { *p = a.v; }
IBID_INLINE F64 operator+(F64 a, F64 b) { return {a.v + b.v}; }
IBID_INLINE F64 operator-(F64 a, F64 b) { return {a.v - b.v}; }
IBID_INLINE F64 operator*(F64 a, F64 b) { return {a.v * b.v}; }
IBID_INLINE F64 operator/(F64 a, F64 b) { return {a.v / b.v}; }
IBID_INLINE F64 fma(F64 a, F64 b, F64 c) { return {fused(a.v, b.v, c.v)}; }
IBID_INLINE F64 sqrt(F64 a) { return {__builtin_sqrt(a.v)}; }
IBID_INLINE M64 operator<(F64 a, F64 b) { return {a.v < b.v}; }
IBID_INLINE M64 operator<=(F64 a, F64 b) { return {a.v <= b.v}; }
IBID_INLINE M64 operator>(F64 a, F64 b) { return {a.v > b.v}; }
IBID_INLINE M64 operator>=(F64 a, F64 b) { return {a.v >= b.v}; }
IBID_INLINE M64 operator==(F64 a, F64 b) { return {a.v == b.v}; }
IBID_INLINE M64 is_nan(F64 a) { return {a.v != a.v}; }
IBID_INLINE M64 operator|(M64 a, M64 b) { return {a.v || b.v}; }
IBID_INLINE M64 operator&(M64 a, M64 b) { return {a.v && b.v}; }
IBID_INLINE M64 operator!(M64 m) { return {!m.v}; }
IBID_INLINE bool any(M64 m) { return m.v; }
IBID_INLINE F64 select(M64 m, F64 a, F64 b) { return {m.v ? a.v : b.v}; }
IBID_INLINE F64 operator-(F64 a) { return {-a.v}; }
IBID_INLINE F64 abs(F64 a) { return {__builtin_fabs(a.v)}; }
IBID_INLINE F64 with_sign_of(F64 a, F64 b) { return {__builtin_copysign(a.v, b.v)}; }

// --- 64-bit integers, wrapping; shifts are logical ---
IBID_INLINE I64 load(const int64_t* p) { return {static_cast<uint64_t>(*p)}; }
IBID_INLINE void store(int64_t* p, I64 a) { *p = static_cast<int64_t>(a.v); }
IBID_INLINE I64 bits(F64 a) { return {__builtin_bit_cast(uint64_t, a.v)}; }
IBID_INLINE F64 from_bits(I64 a) { return {__builtin_bit_cast(double, a.v)}; }
IBID_INLINE I64 operator+(I64 a, I64 b) { return {a.v + b.v}; }
IBID_INLINE I64 operator-(I64 a, I64 b) { return {a.v - b.v}; }
IBID_INLINE I64 operator&(I64 a, I64 b) { return {a.v & b.v}; }
IBID_INLINE I64 operator|(I64 a, I64 b) { return {a.v | b.v}; }
IBID_INLINE I64 operator^(I64 a, I64 b) { return {a.v ^ b.v}; }
IBID_INLINE M64 operator==(I64 a, I64 b) { return {a.v == b.v}; }
template <unsigned n>
IBID_INLINE I64 shift_left(I64 a) {
  return {a.v << n};
}
template <unsigned n>
IBID_INLINE I64 shift_right(I64 a) {
  return {a.v >> n};
}
IBID_INLINE I64 multiply_low(I64 a, I64 b) { return {(a.v & 0xffffffffu) * (b.v & 0xffffffffu)}; }

template <class Core>
IBID_INLINE F32 in_binary64(F32 x, Core core) {
  return {static_cast<float>(core(F64{static_cast<double>(x.v)}).v)};
}

}  // namespace simd
}  // namespace
}  // namespace ibid::kernels
