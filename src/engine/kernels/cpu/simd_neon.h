#pragma once
// NEON on AArch64: 4 floats, 2 doubles. See simd.h for the contract.

#include <arm_neon.h>

#include <cstdint>

namespace ibid::kernels {
namespace {
namespace simd {

constexpr int64_t kLanes = 4;
constexpr int64_t kLanes64 = kLanes / 2;

constexpr uint32_t kLaneNumbers[4] = {0, 1, 2, 3};

struct M32 {
  uint32x4_t v;
};
struct M64 {
  uint64x2_t v;
};
struct I32 {
  int32x4_t v;
};
struct I64 {
  int64x2_t v;
  static IBID_MEMBER I64 of(int64_t x) { return {vdupq_n_s64(x)}; }
};
struct F32 {
  using Mask = M32;
  float32x4_t v;
  static IBID_MEMBER F32 of(float x) { return {vdupq_n_f32(x)}; }
};
struct F64 {
  using Mask = M64;
  using Int = I64;
  float64x2_t v;
  static IBID_MEMBER F64 of(double x) { return {vdupq_n_f64(x)}; }
};

// --- float ---
IBID_INLINE F32 load(const float* p) { return {vld1q_f32(p)}; }
IBID_INLINE void store(float* p, F32 a) { vst1q_f32(p, a.v); }
// The first n lanes (0 <= n <= kLanes); the others read as +0 and are not written.
IBID_INLINE F32 load_partial(const float* p, int64_t n) {
  float lanes[4] = {0, 0, 0, 0};
  for (int64_t i = 0; i < n; ++i) lanes[i] = p[i];
  return {vld1q_f32(lanes)};
}
IBID_INLINE void store_partial(float* p, F32 a, int64_t n) {
  float lanes[4];
  vst1q_f32(lanes, a.v);
  for (int64_t i = 0; i < n; ++i) p[i] = lanes[i];
}
IBID_INLINE F32 broadcast(float x) { return {vdupq_n_f32(x)}; }
IBID_INLINE F32 zero_f32() { return {vdupq_n_f32(0.0f)}; }
IBID_INLINE F32 operator+(F32 a, F32 b) { return {vaddq_f32(a.v, b.v)}; }
IBID_INLINE F32 operator-(F32 a, F32 b) { return {vsubq_f32(a.v, b.v)}; }
IBID_INLINE F32 operator*(F32 a, F32 b) { return {vmulq_f32(a.v, b.v)}; }
IBID_INLINE F32 operator/(F32 a, F32 b) { return {vdivq_f32(a.v, b.v)}; }
IBID_INLINE F32 fma(F32 a, F32 b, F32 c) { return {vfmaq_f32(c.v, a.v, b.v)}; }
IBID_INLINE F32 sqrt(F32 a) { return {vsqrtq_f32(a.v)}; }
IBID_INLINE M32 operator<(F32 a, F32 b) { return {vcltq_f32(a.v, b.v)}; }
IBID_INLINE M32 operator<=(F32 a, F32 b) { return {vcleq_f32(a.v, b.v)}; }
IBID_INLINE M32 operator>(F32 a, F32 b) { return {vcgtq_f32(a.v, b.v)}; }
IBID_INLINE M32 operator>=(F32 a, F32 b) { return {vcgeq_f32(a.v, b.v)}; }
IBID_INLINE M32 operator==(F32 a, F32 b) { return {vceqq_f32(a.v, b.v)}; }
IBID_INLINE M32 is_nan(F32 a) { return {vmvnq_u32(vceqq_f32(a.v, a.v))}; }
IBID_INLINE M32 operator|(M32 a, M32 b) { return {vorrq_u32(a.v, b.v)}; }
IBID_INLINE M32 operator&(M32 a, M32 b) { return {vandq_u32(a.v, b.v)}; }
IBID_INLINE M32 operator!(M32 m) { return {vmvnq_u32(m.v)}; }
IBID_INLINE bool any(M32 m) { return vmaxvq_u32(m.v) != 0; }
// Lane i: mask ? a : b.
IBID_INLINE F32 select(M32 m, F32 a, F32 b) { return {vbslq_f32(m.v, a.v, b.v)}; }
IBID_INLINE F32 operator-(F32 a) { return {vnegq_f32(a.v)}; }
IBID_INLINE F32 abs(F32 a) { return {vabsq_f32(a.v)}; }
// The magnitude of a (whose sign bit must be clear) with the sign of b.
IBID_INLINE F32 with_sign_of(F32 a, F32 b) { return {vbslq_f32(vdupq_n_u32(0x80000000u), b.v, a.v)}; }
// The first n lanes set.
IBID_INLINE M32 first_lanes_mask(int64_t n) {
  return {vcltq_u32(vld1q_u32(kLaneNumbers), vdupq_n_u32(static_cast<uint32_t>(n)))};
}
// The greatest lane, when none is NaN; of zeros of both signs, either.
IBID_INLINE float greatest_lane(F32 a) { return vmaxvq_f32(a.v); }
// Which of the kLanes words exceed the bound, unsigned.
IBID_INLINE M32 words_above(const uint32_t* words, uint32_t bound) {
  return {vcgtq_u32(vld1q_u32(words), vdupq_n_u32(bound))};
}
// Adds the lanes by halving strides: lane i = lane i + lane i + stride, stride = kLanes / 2, ..., 1.
IBID_INLINE float halving_sum(F32 a) {
  const float32x2_t s2 = vadd_f32(vget_low_f32(a.v), vget_high_f32(a.v));
  return vget_lane_f32(s2, 0) + vget_lane_f32(s2, 1);
}
// The x86 maximum, so that both give the same lane: the second operand when either is NaN or both are zero.
IBID_INLINE F32 hardware_max(F32 a, F32 b) { return select(a > b, a, b); }
IBID_INLINE F32 hardware_min(F32 a, F32 b) { return select(a < b, a, b); }

// rows[i] lane j becomes rows[j] lane i.
IBID_INLINE void transpose(F32 (&rows)[kLanes]) {
  const float32x4x2_t upper = vtrnq_f32(rows[0].v, rows[1].v), lower = vtrnq_f32(rows[2].v, rows[3].v);
  rows[0].v = vcombine_f32(vget_low_f32(upper.val[0]), vget_low_f32(lower.val[0]));
  rows[1].v = vcombine_f32(vget_low_f32(upper.val[1]), vget_low_f32(lower.val[1]));
  rows[2].v = vcombine_f32(vget_high_f32(upper.val[0]), vget_high_f32(lower.val[0]));
  rows[3].v = vcombine_f32(vget_high_f32(upper.val[1]), vget_high_f32(lower.val[1]));
}

// --- double ---
IBID_INLINE F64 load(const double* p) { return {vld1q_f64(p)}; }
IBID_INLINE void store(double* p, F64 a) { vst1q_f64(p, a.v); }
IBID_INLINE F64 broadcast(double x) { return {vdupq_n_f64(x)}; }
IBID_INLINE F64 zero_f64() { return {vdupq_n_f64(0.0)}; }
IBID_INLINE F64 operator+(F64 a, F64 b) { return {vaddq_f64(a.v, b.v)}; }
IBID_INLINE F64 operator-(F64 a, F64 b) { return {vsubq_f64(a.v, b.v)}; }
IBID_INLINE F64 operator*(F64 a, F64 b) { return {vmulq_f64(a.v, b.v)}; }
IBID_INLINE F64 operator/(F64 a, F64 b) { return {vdivq_f64(a.v, b.v)}; }
IBID_INLINE F64 fma(F64 a, F64 b, F64 c) { return {vfmaq_f64(c.v, a.v, b.v)}; }
IBID_INLINE F64 sqrt(F64 a) { return {vsqrtq_f64(a.v)}; }
IBID_INLINE M64 operator<(F64 a, F64 b) { return {vcltq_f64(a.v, b.v)}; }
IBID_INLINE M64 operator>(F64 a, F64 b) { return {vcgtq_f64(a.v, b.v)}; }
IBID_INLINE M64 operator<=(F64 a, F64 b) { return {vcleq_f64(a.v, b.v)}; }
IBID_INLINE M64 operator>=(F64 a, F64 b) { return {vcgeq_f64(a.v, b.v)}; }
IBID_INLINE M64 is_nan(F64 a) {
  return {vreinterpretq_u64_u32(vmvnq_u32(vreinterpretq_u32_u64(vceqq_f64(a.v, a.v))))};
}
IBID_INLINE M64 operator==(F64 a, F64 b) { return {vceqq_f64(a.v, b.v)}; }
IBID_INLINE M64 operator|(M64 a, M64 b) { return {vorrq_u64(a.v, b.v)}; }
IBID_INLINE M64 operator&(M64 a, M64 b) { return {vandq_u64(a.v, b.v)}; }
IBID_INLINE M64 operator!(M64 m) { return {vreinterpretq_u64_u32(vmvnq_u32(vreinterpretq_u32_u64(m.v)))}; }
IBID_INLINE bool any(M64 m) { return (vgetq_lane_u64(m.v, 0) | vgetq_lane_u64(m.v, 1)) != 0; }
IBID_INLINE F64 select(M64 m, F64 a, F64 b) { return {vbslq_f64(m.v, a.v, b.v)}; }
IBID_INLINE F64 operator-(F64 a) { return {vnegq_f64(a.v)}; }
IBID_INLINE F64 abs(F64 a) { return {vabsq_f64(a.v)}; }
IBID_INLINE F64 with_sign_of(F64 a, F64 b) { return {vbslq_f64(vdupq_n_u64(0x8000000000000000u), b.v, a.v)}; }

// --- 64-bit integers, wrapping; shifts are logical ---
IBID_INLINE I64 load(const int64_t* p) { return {vld1q_s64(p)}; }
IBID_INLINE void store(int64_t* p, I64 a) { vst1q_s64(p, a.v); }
IBID_INLINE I64 bits(F64 a) { return {vreinterpretq_s64_f64(a.v)}; }
IBID_INLINE F64 from_bits(I64 a) { return {vreinterpretq_f64_s64(a.v)}; }
IBID_INLINE I64 operator+(I64 a, I64 b) { return {vaddq_s64(a.v, b.v)}; }
IBID_INLINE I64 operator-(I64 a, I64 b) { return {vsubq_s64(a.v, b.v)}; }
IBID_INLINE I64 operator&(I64 a, I64 b) { return {vandq_s64(a.v, b.v)}; }
IBID_INLINE I64 operator|(I64 a, I64 b) { return {vorrq_s64(a.v, b.v)}; }
IBID_INLINE I64 operator^(I64 a, I64 b) { return {veorq_s64(a.v, b.v)}; }
IBID_INLINE M64 operator==(I64 a, I64 b) { return {vceqq_s64(a.v, b.v)}; }
template <unsigned n>
IBID_INLINE I64 shift_left(I64 a) {
  return {vshlq_n_s64(a.v, n)};
}
template <unsigned n>
IBID_INLINE I64 shift_right(I64 a) {
  return {vreinterpretq_s64_u64(vshrq_n_u64(vreinterpretq_u64_s64(a.v), n))};
}
// a[0], b[0], a[1], b[1], ...
IBID_INLINE void store_interleaved(int64_t* p, I64 a, I64 b) {
  vst1q_s64(p, vzip1q_s64(a.v, b.v));
  vst1q_s64(p + kLanes64, vzip2q_s64(a.v, b.v));
}
// The 64-bit product of the low 32 bits, unsigned.
IBID_INLINE I64 multiply_low(I64 a, I64 b) {
  return {vreinterpretq_s64_u64(
      vmull_u32(vmovn_u64(vreinterpretq_u64_s64(a.v)), vmovn_u64(vreinterpretq_u64_s64(b.v))))};
}

// --- conversions: the two halves of a float vector are two double vectors, exact; back is one rounding ---
IBID_INLINE F64 widen_low(F32 a) { return {vcvt_f64_f32(vget_low_f32(a.v))}; }
IBID_INLINE F64 widen_high(F32 a) { return {vcvt_high_f64_f32(a.v)}; }
IBID_INLINE F32 narrow(F64 low, F64 high) { return {vcvt_high_f32_f64(vcvt_f32_f64(low.v), high.v)}; }

// narrow(core(each half, widened)): how a function of binary32 is computed in binary64.
template <class Core>
IBID_INLINE F32 in_binary64(F32 x, Core core) {
  const F64 low = core(widen_low(x)), high = core(widen_high(x));
  return narrow(low, high);
}

}  // namespace simd
}  // namespace
}  // namespace ibid::kernels
