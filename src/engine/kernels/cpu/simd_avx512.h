#pragma once
// AVX-512 (F, BW, DQ, VL): 16 floats, 8 doubles. See simd.h for the contract.

#include <immintrin.h>

#include <cstdint>

namespace ibid::kernels {
namespace {
namespace simd {

constexpr int64_t kLanes = 16;
constexpr int64_t kLanes64 = kLanes / 2;

struct M32 {
  __mmask16 v;
};
struct M64 {
  __mmask8 v;
};
struct I32 {
  __m512i v;
};
struct I64 {
  __m512i v;
  static IBID_MEMBER I64 of(int64_t x) { return {_mm512_set1_epi64(x)}; }
};
struct F32 {
  using Mask = M32;
  __m512 v;
  static IBID_MEMBER F32 of(float x) { return {_mm512_set1_ps(x)}; }
};
struct F64 {
  using Mask = M64;
  using Int = I64;
  __m512d v;
  static IBID_MEMBER F64 of(double x) { return {_mm512_set1_pd(x)}; }
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
IBID_INLINE M32 operator!(M32 m) { return {static_cast<__mmask16>(~m.v)}; }
IBID_INLINE bool any(M32 m) { return m.v != 0; }
// Lane i: mask ? a : b.
IBID_INLINE F32 select(M32 m, F32 a, F32 b) { return {_mm512_mask_blend_ps(m.v, b.v, a.v)}; }
IBID_INLINE F32 operator-(F32 a) { return {_mm512_xor_ps(a.v, _mm512_set1_ps(-0.0f))}; }
IBID_INLINE F32 abs(F32 a) { return {_mm512_andnot_ps(_mm512_set1_ps(-0.0f), a.v)}; }
// The magnitude of a (whose sign bit must be clear) with the sign of b.
IBID_INLINE F32 with_sign_of(F32 a, F32 b) {
  return {_mm512_or_ps(a.v, _mm512_and_ps(b.v, _mm512_set1_ps(-0.0f)))};
}
// The first n lanes set.
IBID_INLINE M32 first_lanes_mask(int64_t n) { return {first_lanes(n)}; }
// The greatest lane, when none is NaN; of zeros of both signs, either.
IBID_INLINE float greatest_lane(F32 a) { return _mm512_reduce_max_ps(a.v); }
// Which of the kLanes words exceed the bound, unsigned.
IBID_INLINE M32 words_above(const uint32_t* words, uint32_t bound) {
  return {_mm512_cmpgt_epu32_mask(_mm512_loadu_si512(words), _mm512_set1_epi32(static_cast<int>(bound)))};
}
// Adds the lanes by halving strides: lane i = lane i + lane i + stride, stride = kLanes / 2, ..., 1.
IBID_INLINE float halving_sum(F32 a) {
  const __m256 s8 = _mm256_add_ps(_mm512_castps512_ps256(a.v), _mm512_extractf32x8_ps(a.v, 1));
  const __m128 s4 = _mm_add_ps(_mm256_castps256_ps128(s8), _mm256_extractf128_ps(s8, 1));
  const __m128 s2 = _mm_add_ps(s4, _mm_movehl_ps(s4, s4));
  return _mm_cvtss_f32(_mm_add_ss(s2, _mm_movehdup_ps(s2)));
}

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
IBID_INLINE M64 operator<=(F64 a, F64 b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_LE_OQ)}; }
IBID_INLINE M64 operator>=(F64 a, F64 b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_GE_OQ)}; }
IBID_INLINE M64 is_nan(F64 a) { return {_mm512_cmp_pd_mask(a.v, a.v, _CMP_UNORD_Q)}; }
IBID_INLINE M64 operator==(F64 a, F64 b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_EQ_OQ)}; }
IBID_INLINE M64 operator|(M64 a, M64 b) { return {static_cast<__mmask8>(a.v | b.v)}; }
IBID_INLINE M64 operator&(M64 a, M64 b) { return {static_cast<__mmask8>(a.v & b.v)}; }
IBID_INLINE M64 operator!(M64 m) { return {static_cast<__mmask8>(~m.v)}; }
IBID_INLINE bool any(M64 m) { return m.v != 0; }
IBID_INLINE F64 select(M64 m, F64 a, F64 b) { return {_mm512_mask_blend_pd(m.v, b.v, a.v)}; }
IBID_INLINE F64 operator-(F64 a) { return {_mm512_xor_pd(a.v, _mm512_set1_pd(-0.0))}; }
IBID_INLINE F64 abs(F64 a) { return {_mm512_andnot_pd(_mm512_set1_pd(-0.0), a.v)}; }
IBID_INLINE F64 with_sign_of(F64 a, F64 b) {
  return {_mm512_or_pd(a.v, _mm512_and_pd(b.v, _mm512_set1_pd(-0.0)))};
}

// --- 64-bit integers, wrapping; shifts are logical ---
IBID_INLINE I64 load(const int64_t* p) { return {_mm512_loadu_si512(p)}; }
IBID_INLINE void store(int64_t* p, I64 a) { _mm512_storeu_si512(p, a.v); }
IBID_INLINE I64 bits(F64 a) { return {_mm512_castpd_si512(a.v)}; }
IBID_INLINE F64 from_bits(I64 a) { return {_mm512_castsi512_pd(a.v)}; }
IBID_INLINE I64 operator+(I64 a, I64 b) { return {_mm512_add_epi64(a.v, b.v)}; }
IBID_INLINE I64 operator-(I64 a, I64 b) { return {_mm512_sub_epi64(a.v, b.v)}; }
IBID_INLINE I64 operator&(I64 a, I64 b) { return {_mm512_and_si512(a.v, b.v)}; }
IBID_INLINE I64 operator|(I64 a, I64 b) { return {_mm512_or_si512(a.v, b.v)}; }
IBID_INLINE I64 operator^(I64 a, I64 b) { return {_mm512_xor_si512(a.v, b.v)}; }
IBID_INLINE M64 operator==(I64 a, I64 b) { return {_mm512_cmpeq_epi64_mask(a.v, b.v)}; }
template <unsigned n>
IBID_INLINE I64 shift_left(I64 a) {
  return {_mm512_slli_epi64(a.v, n)};
}
template <unsigned n>
IBID_INLINE I64 shift_right(I64 a) {
  return {_mm512_srli_epi64(a.v, n)};
}
// a[0], b[0], a[1], b[1], ...
IBID_INLINE void store_interleaved(int64_t* p, I64 a, I64 b) {
  const __m512i order_low = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
  const __m512i order_high = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
  _mm512_storeu_si512(p, _mm512_permutex2var_epi64(a.v, order_low, b.v));
  _mm512_storeu_si512(p + kLanes64, _mm512_permutex2var_epi64(a.v, order_high, b.v));
}
// The 64-bit product of the low 32 bits, unsigned.
IBID_INLINE I64 multiply_low(I64 a, I64 b) { return {_mm512_mul_epu32(a.v, b.v)}; }

// --- conversions: the two halves of a float vector are two double vectors, exact; back is one rounding ---
IBID_INLINE F64 widen_low(F32 a) { return {_mm512_cvtps_pd(_mm512_castps512_ps256(a.v))}; }
IBID_INLINE F64 widen_high(F32 a) { return {_mm512_cvtps_pd(_mm512_extractf32x8_ps(a.v, 1))}; }
IBID_INLINE F32 narrow(F64 low, F64 high) {
  return {_mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(low.v)), _mm512_cvtpd_ps(high.v), 1)};
}

// narrow(core(each half, widened)): how a function of binary32 is computed in binary64.
template <class Core>
IBID_INLINE F32 in_binary64(F32 x, Core core) {
  const F64 low = core(widen_low(x)), high = core(widen_high(x));
  return narrow(low, high);
}

}  // namespace simd
}  // namespace
}  // namespace ibid::kernels
