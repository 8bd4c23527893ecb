#pragma once
// AVX2 with FMA: 8 floats, 4 doubles. See simd.h for the contract.

#include <immintrin.h>

#include <cstdint>

namespace ibid::kernels {
namespace {
namespace simd {

constexpr int64_t kLanes = 8;
constexpr int64_t kLanes64 = kLanes / 2;

struct M32 {
  __m256 v;
};
struct M64 {
  __m256d v;
};
struct I32 {
  __m256i v;
};
struct I64 {
  __m256i v;
  static IBID_MEMBER I64 of(int64_t x) { return {_mm256_set1_epi64x(x)}; }
};
struct F32 {
  using Mask = M32;
  __m256 v;
  static IBID_MEMBER F32 of(float x) { return {_mm256_set1_ps(x)}; }
};
struct F64 {
  using Mask = M64;
  using Int = I64;
  __m256d v;
  static IBID_MEMBER F64 of(double x) { return {_mm256_set1_pd(x)}; }
};

// --- float ---
IBID_INLINE F32 load(const float* p) { return {_mm256_loadu_ps(p)}; }
IBID_INLINE void store(float* p, F32 a) { _mm256_storeu_ps(p, a.v); }
IBID_INLINE __m256i first_lanes(int64_t n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)),
                            _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
// The first n lanes (0 <= n <= kLanes); the others read as +0 and are not written.
IBID_INLINE F32 load_partial(const float* p, int64_t n) { return {_mm256_maskload_ps(p, first_lanes(n))}; }
IBID_INLINE void store_partial(float* p, F32 a, int64_t n) { _mm256_maskstore_ps(p, first_lanes(n), a.v); }
IBID_INLINE F32 broadcast(float x) { return {_mm256_set1_ps(x)}; }
IBID_INLINE F32 zero_f32() { return {_mm256_setzero_ps()}; }
IBID_INLINE F32 operator+(F32 a, F32 b) { return {_mm256_add_ps(a.v, b.v)}; }
IBID_INLINE F32 operator-(F32 a, F32 b) { return {_mm256_sub_ps(a.v, b.v)}; }
IBID_INLINE F32 operator*(F32 a, F32 b) { return {_mm256_mul_ps(a.v, b.v)}; }
IBID_INLINE F32 operator/(F32 a, F32 b) { return {_mm256_div_ps(a.v, b.v)}; }
IBID_INLINE F32 fma(F32 a, F32 b, F32 c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
IBID_INLINE F32 sqrt(F32 a) { return {_mm256_sqrt_ps(a.v)}; }
// Hardware maximum: the second operand when either is NaN or both are zero.
IBID_INLINE F32 hardware_max(F32 a, F32 b) { return {_mm256_max_ps(a.v, b.v)}; }
IBID_INLINE F32 hardware_min(F32 a, F32 b) { return {_mm256_min_ps(a.v, b.v)}; }
IBID_INLINE M32 operator<(F32 a, F32 b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_LT_OQ)}; }
IBID_INLINE M32 operator<=(F32 a, F32 b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_LE_OQ)}; }
IBID_INLINE M32 operator>(F32 a, F32 b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_GT_OQ)}; }
IBID_INLINE M32 operator>=(F32 a, F32 b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_GE_OQ)}; }
IBID_INLINE M32 operator==(F32 a, F32 b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_EQ_OQ)}; }
IBID_INLINE M32 is_nan(F32 a) { return {_mm256_cmp_ps(a.v, a.v, _CMP_UNORD_Q)}; }
IBID_INLINE M32 operator|(M32 a, M32 b) { return {_mm256_or_ps(a.v, b.v)}; }
IBID_INLINE M32 operator&(M32 a, M32 b) { return {_mm256_and_ps(a.v, b.v)}; }
IBID_INLINE M32 operator!(M32 m) { return {_mm256_xor_ps(m.v, _mm256_castsi256_ps(_mm256_set1_epi32(-1)))}; }
IBID_INLINE bool any(M32 m) { return _mm256_movemask_ps(m.v) != 0; }
// Lane i: mask ? a : b.
IBID_INLINE F32 select(M32 m, F32 a, F32 b) { return {_mm256_blendv_ps(b.v, a.v, m.v)}; }
IBID_INLINE F32 operator-(F32 a) { return {_mm256_xor_ps(a.v, _mm256_set1_ps(-0.0f))}; }
IBID_INLINE F32 abs(F32 a) { return {_mm256_andnot_ps(_mm256_set1_ps(-0.0f), a.v)}; }
// The magnitude of a (whose sign bit must be clear) with the sign of b.
IBID_INLINE F32 with_sign_of(F32 a, F32 b) {
  return {_mm256_or_ps(a.v, _mm256_and_ps(b.v, _mm256_set1_ps(-0.0f)))};
}
// The first n lanes set.
IBID_INLINE M32 first_lanes_mask(int64_t n) { return {_mm256_castsi256_ps(first_lanes(n))}; }
// The greatest lane, when none is NaN; of zeros of both signs, either.
IBID_INLINE float greatest_lane(F32 a) {
  const __m128 m4 = _mm_max_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1));
  const __m128 m2 = _mm_max_ps(m4, _mm_movehl_ps(m4, m4));
  return _mm_cvtss_f32(_mm_max_ss(m2, _mm_movehdup_ps(m2)));
}
// Which of the kLanes words exceed the bound, unsigned.
IBID_INLINE M32 words_above(const uint32_t* words, uint32_t bound) {
  const __m256i sign = _mm256_set1_epi32(static_cast<int>(0x80000000u));
  const __m256i w = _mm256_loadu_si256(static_cast<const __m256i*>(static_cast<const void*>(words)));
  const __m256i limit = _mm256_set1_epi32(static_cast<int>(bound ^ 0x80000000u));
  return {_mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_xor_si256(w, sign), limit))};
}
// Adds the lanes by halving strides: lane i = lane i + lane i + stride, stride = kLanes / 2, ..., 1.
IBID_INLINE float halving_sum(F32 a) {
  const __m128 s4 = _mm_add_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1));
  const __m128 s2 = _mm_add_ps(s4, _mm_movehl_ps(s4, s4));
  return _mm_cvtss_f32(_mm_add_ss(s2, _mm_movehdup_ps(s2)));
}

// rows[i] lane j becomes rows[j] lane i.
IBID_INLINE void transpose(F32 (&rows)[kLanes]) {
  __m256 quads[8];
  for (int i = 0; i < 8; i += 4) {
    const __m256d a = _mm256_castps_pd(_mm256_unpacklo_ps(rows[i].v, rows[i + 1].v));
    const __m256d b = _mm256_castps_pd(_mm256_unpackhi_ps(rows[i].v, rows[i + 1].v));
    const __m256d c = _mm256_castps_pd(_mm256_unpacklo_ps(rows[i + 2].v, rows[i + 3].v));
    const __m256d d = _mm256_castps_pd(_mm256_unpackhi_ps(rows[i + 2].v, rows[i + 3].v));
    quads[i] = _mm256_castpd_ps(_mm256_unpacklo_pd(a, c));
    quads[i + 1] = _mm256_castpd_ps(_mm256_unpackhi_pd(a, c));
    quads[i + 2] = _mm256_castpd_ps(_mm256_unpacklo_pd(b, d));
    quads[i + 3] = _mm256_castpd_ps(_mm256_unpackhi_pd(b, d));
  }
  for (int c = 0; c < 4; ++c) {
    rows[c].v = _mm256_permute2f128_ps(quads[c], quads[4 + c], 0x20);
    rows[4 + c].v = _mm256_permute2f128_ps(quads[c], quads[4 + c], 0x31);
  }
}

// --- double ---
IBID_INLINE F64 load(const double* p) { return {_mm256_loadu_pd(p)}; }
IBID_INLINE void store(double* p, F64 a) { _mm256_storeu_pd(p, a.v); }
IBID_INLINE F64 broadcast(double x) { return {_mm256_set1_pd(x)}; }
IBID_INLINE F64 zero_f64() { return {_mm256_setzero_pd()}; }
IBID_INLINE F64 operator+(F64 a, F64 b) { return {_mm256_add_pd(a.v, b.v)}; }
IBID_INLINE F64 operator-(F64 a, F64 b) { return {_mm256_sub_pd(a.v, b.v)}; }
IBID_INLINE F64 operator*(F64 a, F64 b) { return {_mm256_mul_pd(a.v, b.v)}; }
IBID_INLINE F64 operator/(F64 a, F64 b) { return {_mm256_div_pd(a.v, b.v)}; }
IBID_INLINE F64 fma(F64 a, F64 b, F64 c) { return {_mm256_fmadd_pd(a.v, b.v, c.v)}; }
IBID_INLINE F64 sqrt(F64 a) { return {_mm256_sqrt_pd(a.v)}; }
IBID_INLINE M64 operator<(F64 a, F64 b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_LT_OQ)}; }
IBID_INLINE M64 operator>(F64 a, F64 b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_GT_OQ)}; }
IBID_INLINE M64 operator<=(F64 a, F64 b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_LE_OQ)}; }
IBID_INLINE M64 operator>=(F64 a, F64 b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_GE_OQ)}; }
IBID_INLINE M64 is_nan(F64 a) { return {_mm256_cmp_pd(a.v, a.v, _CMP_UNORD_Q)}; }
IBID_INLINE M64 operator==(F64 a, F64 b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_EQ_OQ)}; }
IBID_INLINE M64 operator|(M64 a, M64 b) { return {_mm256_or_pd(a.v, b.v)}; }
IBID_INLINE M64 operator&(M64 a, M64 b) { return {_mm256_and_pd(a.v, b.v)}; }
IBID_INLINE M64 operator!(M64 m) { return {_mm256_xor_pd(m.v, _mm256_castsi256_pd(_mm256_set1_epi32(-1)))}; }
IBID_INLINE bool any(M64 m) { return _mm256_movemask_pd(m.v) != 0; }
IBID_INLINE F64 select(M64 m, F64 a, F64 b) { return {_mm256_blendv_pd(b.v, a.v, m.v)}; }
IBID_INLINE F64 operator-(F64 a) { return {_mm256_xor_pd(a.v, _mm256_set1_pd(-0.0))}; }
IBID_INLINE F64 abs(F64 a) { return {_mm256_andnot_pd(_mm256_set1_pd(-0.0), a.v)}; }
IBID_INLINE F64 with_sign_of(F64 a, F64 b) {
  return {_mm256_or_pd(a.v, _mm256_and_pd(b.v, _mm256_set1_pd(-0.0)))};
}

// --- 64-bit integers, wrapping; shifts are logical ---
IBID_INLINE I64 load(const int64_t* p) {
  return {_mm256_loadu_si256(static_cast<const __m256i*>(static_cast<const void*>(p)))};
}
IBID_INLINE void store(int64_t* p, I64 a) {
  _mm256_storeu_si256(static_cast<__m256i*>(static_cast<void*>(p)), a.v);
}
IBID_INLINE I64 bits(F64 a) { return {_mm256_castpd_si256(a.v)}; }
IBID_INLINE F64 from_bits(I64 a) { return {_mm256_castsi256_pd(a.v)}; }
IBID_INLINE I64 operator+(I64 a, I64 b) { return {_mm256_add_epi64(a.v, b.v)}; }
IBID_INLINE I64 operator-(I64 a, I64 b) { return {_mm256_sub_epi64(a.v, b.v)}; }
IBID_INLINE I64 operator&(I64 a, I64 b) { return {_mm256_and_si256(a.v, b.v)}; }
IBID_INLINE I64 operator|(I64 a, I64 b) { return {_mm256_or_si256(a.v, b.v)}; }
IBID_INLINE I64 operator^(I64 a, I64 b) { return {_mm256_xor_si256(a.v, b.v)}; }
IBID_INLINE M64 operator==(I64 a, I64 b) { return {_mm256_castsi256_pd(_mm256_cmpeq_epi64(a.v, b.v))}; }
template <unsigned n>
IBID_INLINE I64 shift_left(I64 a) {
  return {_mm256_slli_epi64(a.v, n)};
}
template <unsigned n>
IBID_INLINE I64 shift_right(I64 a) {
  return {_mm256_srli_epi64(a.v, n)};
}
// a[0], b[0], a[1], b[1], ...
IBID_INLINE void store_interleaved(int64_t* p, I64 a, I64 b) {
  const __m256i even = _mm256_unpacklo_epi64(a.v, b.v), odd = _mm256_unpackhi_epi64(a.v, b.v);
  store(p, I64{_mm256_permute2x128_si256(even, odd, 0x20)});
  store(p + kLanes64, I64{_mm256_permute2x128_si256(even, odd, 0x31)});
}
// The 64-bit product of the low 32 bits, unsigned.
IBID_INLINE I64 multiply_low(I64 a, I64 b) { return {_mm256_mul_epu32(a.v, b.v)}; }

// --- conversions: the two halves of a float vector are two double vectors, exact; back is one rounding ---
IBID_INLINE F64 widen_low(F32 a) { return {_mm256_cvtps_pd(_mm256_castps256_ps128(a.v))}; }
IBID_INLINE F64 widen_high(F32 a) { return {_mm256_cvtps_pd(_mm256_extractf128_ps(a.v, 1))}; }
IBID_INLINE F32 narrow(F64 low, F64 high) {
  return {_mm256_insertf128_ps(_mm256_castps128_ps256(_mm256_cvtpd_ps(low.v)), _mm256_cvtpd_ps(high.v), 1)};
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
