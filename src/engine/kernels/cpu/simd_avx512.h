#pragma once
// AVX-512 (F, BW, DQ, VL): 16 floats, 8 doubles. See simd.h for the contract.

#include <immintrin.h>

#include <cstdint>

namespace ibid::kernels {
namespace {
namespace simd {

constexpr int64_t kLanes = 16;

struct M32 {
  __mmask16 v;
};
struct M64 {
  __mmask8 v;
};
struct F32 {
  __m512 v;
};
struct F64 {
  __m512d v;
};
struct I32 {
  __m512i v;
};
struct I64 {
  __m512i v;
};

// --- float ---
IBID_INLINE F32 load(const float* p) { return {_mm512_loadu_ps(p)}; }
IBID_INLINE void store(float* p, F32 a) { _mm512_storeu_ps(p, a.v); }
IBID_INLINE __mmask16 first_lanes(int64_t n) { return static_cast<__mmask16>((1u << n) - 1u); }
// The first n lanes (0 <= n <= kLanes); the others read as +0 and are not written.
IBID_INLINE F32 load_partial(const float* p, int64_t n) { return {_mm512_maskz_loadu_ps(first_lanes(n), p)}; }
IBID_INLINE void store_partial(float* p, F32 a, int64_t n) { _mm512_mask_storeu_ps(p, first_lanes(n), a.v); }
IBID_INLINE F32 broadcast(float x) { return {_mm512_set1_ps(x)}; }
IBID_INLINE F32 zero_f32() { return {_mm512_setzero_ps()}; }
IBID_INLINE F32 operator+(F32 a, F32 b) { return {_mm512_add_ps(a.v, b.v)}; }
IBID_INLINE F32 operator-(F32 a, F32 b) { return {_mm512_sub_ps(a.v, b.v)}; }
IBID_INLINE F32 operator*(F32 a, F32 b) { return {_mm512_mul_ps(a.v, b.v)}; }
IBID_INLINE F32 operator/(F32 a, F32 b) { return {_mm512_div_ps(a.v, b.v)}; }
IBID_INLINE F32 fma(F32 a, F32 b, F32 c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
IBID_INLINE F32 sqrt(F32 a) { return {_mm512_sqrt_ps(a.v)}; }
// Hardware maximum: the second operand when either is NaN or both are zero.
IBID_INLINE F32 hardware_max(F32 a, F32 b) { return {_mm512_max_ps(a.v, b.v)}; }
IBID_INLINE F32 hardware_min(F32 a, F32 b) { return {_mm512_min_ps(a.v, b.v)}; }
IBID_INLINE M32 operator<(F32 a, F32 b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)}; }
IBID_INLINE M32 operator<=(F32 a, F32 b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LE_OQ)}; }
IBID_INLINE M32 operator>(F32 a, F32 b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ)}; }
IBID_INLINE M32 operator>=(F32 a, F32 b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_GE_OQ)}; }
IBID_INLINE M32 operator==(F32 a, F32 b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ)}; }
IBID_INLINE M32 is_nan(F32 a) { return {_mm512_cmp_ps_mask(a.v, a.v, _CMP_UNORD_Q)}; }
IBID_INLINE M32 operator|(M32 a, M32 b) { return {static_cast<__mmask16>(a.v | b.v)}; }
IBID_INLINE M32 operator&(M32 a, M32 b) { return {static_cast<__mmask16>(a.v & b.v)}; }
IBID_INLINE bool any(M32 m) { return m.v != 0; }
// Lane i: mask ? a : b.
IBID_INLINE F32 select(M32 m, F32 a, F32 b) { return {_mm512_mask_blend_ps(m.v, b.v, a.v)}; }

// rows[i] lane j becomes rows[j] lane i.
IBID_INLINE void transpose(F32 (&rows)[kLanes]) {
  __m512 pairs[16];
  for (int i = 0; i < 16; i += 2) {
    pairs[i] = _mm512_unpacklo_ps(rows[i].v, rows[i + 1].v);
    pairs[i + 1] = _mm512_unpackhi_ps(rows[i].v, rows[i + 1].v);
  }
  __m512 quads[16];
  for (int i = 0; i < 16; i += 4) {
    for (int h = 0; h < 2; ++h) {
      const __m512d low = _mm512_castps_pd(pairs[i + h]), high = _mm512_castps_pd(pairs[i + 2 + h]);
      quads[i + 2 * h] = _mm512_castpd_ps(_mm512_unpacklo_pd(low, high));
      quads[i + 2 * h + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low, high));
    }
  }
  // quads[4 r + c] has column c of each 4 x 4 block in rows 4 r to 4 r + 3: transpose the blocks.
  for (int c = 0; c < 4; ++c) {
    const __m512 low02 = _mm512_shuffle_f32x4(quads[c], quads[4 + c], 0x88);
    const __m512 low13 = _mm512_shuffle_f32x4(quads[c], quads[4 + c], 0xdd);
    const __m512 high02 = _mm512_shuffle_f32x4(quads[8 + c], quads[12 + c], 0x88);
    const __m512 high13 = _mm512_shuffle_f32x4(quads[8 + c], quads[12 + c], 0xdd);
    rows[c].v = _mm512_shuffle_f32x4(low02, high02, 0x88);
    rows[8 + c].v = _mm512_shuffle_f32x4(low02, high02, 0xdd);
    rows[4 + c].v = _mm512_shuffle_f32x4(low13, high13, 0x88);
    rows[12 + c].v = _mm512_shuffle_f32x4(low13, high13, 0xdd);
  }
}

// --- double ---
IBID_INLINE F64 load(const double* p) { return {_mm512_loadu_pd(p)}; }
IBID_INLINE void store(double* p, F64 a) { _mm512_storeu_pd(p, a.v); }
IBID_INLINE F64 broadcast(double x) { return {_mm512_set1_pd(x)}; }
IBID_INLINE F64 zero_f64() { return {_mm512_setzero_pd()}; }
IBID_INLINE F64 operator+(F64 a, F64 b) { return {_mm512_add_pd(a.v, b.v)}; }
IBID_INLINE F64 operator-(F64 a, F64 b) { return {_mm512_sub_pd(a.v, b.v)}; }
IBID_INLINE F64 operator*(F64 a, F64 b) { return {_mm512_mul_pd(a.v, b.v)}; }
IBID_INLINE F64 operator/(F64 a, F64 b) { return {_mm512_div_pd(a.v, b.v)}; }
IBID_INLINE F64 fma(F64 a, F64 b, F64 c) { return {_mm512_fmadd_pd(a.v, b.v, c.v)}; }
IBID_INLINE F64 sqrt(F64 a) { return {_mm512_sqrt_pd(a.v)}; }
IBID_INLINE M64 operator<(F64 a, F64 b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_LT_OQ)}; }
IBID_INLINE M64 operator>(F64 a, F64 b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_GT_OQ)}; }
IBID_INLINE M64 is_nan(F64 a) { return {_mm512_cmp_pd_mask(a.v, a.v, _CMP_UNORD_Q)}; }
IBID_INLINE F64 select(M64 m, F64 a, F64 b) { return {_mm512_mask_blend_pd(m.v, b.v, a.v)}; }

// --- conversions: the two halves of a float vector are two double vectors, exact; back is one rounding ---
IBID_INLINE F64 widen_low(F32 a) { return {_mm512_cvtps_pd(_mm512_castps512_ps256(a.v))}; }
IBID_INLINE F64 widen_high(F32 a) { return {_mm512_cvtps_pd(_mm512_extractf32x8_ps(a.v, 1))}; }
IBID_INLINE F32 narrow(F64 low, F64 high) {
  return {_mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(low.v)), _mm512_cvtpd_ps(high.v), 1)};
}

}  // namespace simd
}  // namespace
}  // namespace ibid::kernels
