#pragma once
// The vector types the kernels are written with: F32 (kLanes floats), F64 (kLanes / 2 doubles), I32 and I64
// of the same widths, and comparison masks. One header per instruction set defines them; the build chooses
// it. The reference has one lane of each (ref/one_lane.h).
//
// Every operation is one IEEE-754 operation per lane, rounded to nearest even; none is an estimate. All of it
// is in an anonymous namespace and forced inline: nothing compiled for one instruction set may be linked into
// another.

#define IBID_INLINE static inline __attribute__((always_inline))
#define IBID_MEMBER inline __attribute__((always_inline))

#if defined(IBID_SIMD_AVX512)
#include "engine/kernels/cpu/simd_avx512.h"
#elif defined(IBID_SIMD_AVX2)
#include "engine/kernels/cpu/simd_avx2.h"
#elif defined(IBID_SIMD_NEON)
#include "engine/kernels/cpu/simd_neon.h"
#elif defined(IBID_SIMD_SCALAR) || defined(IBID_SIMD_SCALAR_FMA)
#include "engine/kernels/ref/one_lane.h"
#else
#error "compile this through ibid_isa_kernels(): no instruction set was chosen"
#endif
