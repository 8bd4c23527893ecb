#pragma once
// Copies of operands in the order in which the tiles read them.

#include <cstdint>

#include "engine/kernels/cpu/tile.h"

namespace ibid::kernels {
namespace {
namespace packing {

using simd::F32;
using simd::kLanes;

// B's rows k0 .. k0 + n_k of columns [0, n) as panels of `width` columns, [panel][k][width], zeros after
// column n. b points at row k0, column 0. width is a multiple of kLanes.
struct PanelSource {
  const float* b;
  int64_t b_row, b_col, n_k, n;
};

IBID_INLINE void copy_row(const float* from, int64_t n, float* to, int64_t width) {
  for (int64_t j = 0; j < width; j += kLanes) {
    const int64_t left = n - j;
    const F32 x = left >= kLanes ? simd::load(from + j)
                  : left > 0     ? simd::load_partial(from + j, left)
                                 : simd::zero_f32();
    simd::store(to + j, x);
  }
}

// A block of kLanes columns, each contiguous in memory over k.
IBID_INLINE void turn_block(const float* from, int64_t column_stride, int64_t n, int64_t n_k, float* to,
                            int64_t width) {
  F32 rows[kLanes];
  int64_t k = 0;
  for (; k + kLanes <= n_k; k += kLanes) {
    if (n == kLanes) {
      for (int64_t j = 0; j < kLanes; ++j) rows[j] = simd::load(from + j * column_stride + k);
    } else {
      for (int64_t j = 0; j < kLanes; ++j)
        rows[j] = j < n ? simd::load(from + j * column_stride + k) : simd::zero_f32();
    }
    simd::transpose(rows);
    for (int64_t j = 0; j < kLanes; ++j) simd::store(to + (k + j) * width, rows[j]);
  }
  for (; k < n_k; ++k) {
    for (int64_t j = 0; j < kLanes; ++j) to[k * width + j] = j < n ? from[j * column_stride + k] : 0.0f;
  }
}

static inline void pack_panels(const PanelSource& source, int64_t width, float* to) {
  constexpr int64_t kAhead = 6;
  const int64_t n_panels = ceil_div(source.n, width);
  if (source.b_col == 1) {
    for (int64_t k = 0; k < source.n_k; ++k) {
      const float* row = source.b + k * source.b_row;
      // Rows may be pages apart, where no hardware prefetcher follows.
      if (k + kAhead < source.n_k) {
        for (int64_t j = 0; j < source.n; j += 16) __builtin_prefetch(row + kAhead * source.b_row + j);
      }
      for (int64_t p = 0; p < n_panels; ++p)
        copy_row(row + p * width, source.n - p * width, to + (p * source.n_k + k) * width, width);
    }
    return;
  }
  for (int64_t j = 0; j < n_panels * width; j += kLanes) {
    float* block = to + j / width * source.n_k * width + j % width;
    const int64_t n = max_of(0, min_of(kLanes, source.n - j));
    const float* column = source.b + j * source.b_col;
    if (source.b_row == 1) {
      turn_block(column, source.b_col, n, source.n_k, block, width);
      continue;
    }
    for (int64_t k = 0; k < source.n_k; ++k) {
      for (int64_t i = 0; i < kLanes; ++i)
        block[k * width + i] = i < n ? column[i * source.b_col + k * source.b_row] : 0.0f;
    }
  }
}

// n contiguous floats.
IBID_INLINE void copy(const float* from, int64_t n, float* to) {
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) simd::store(to + i, simd::load(from + i));
  if (i < n) simd::store_partial(to + i, simd::load_partial(from + i, n - i), n - i);
}

}  // namespace packing
}  // namespace
}  // namespace ibid::kernels
