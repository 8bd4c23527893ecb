// A few rows times a matrix that is contiguous along k (weights stored [out][in]).
//
// Lanes must be columns, but memory runs along k: kLanes columns are loaded for kLanes steps and transposed
// in registers, used once for every row, and never stored. With more rows packing pays instead (gemm.cc).

#include "engine/kernels/cpu/gemm_few_rows.h"

#include "engine/kernels/cpu/tile.h"

namespace ibid::kernels::IBID_ISA {
namespace {

using simd::F32;
using simd::kLanes;

constexpr int64_t kMaxRows = 4;
constexpr int64_t kTaskColumns = 64;
constexpr int64_t kAhead =
    256;  // floats of a column to prefetch: more columns are read than hardware follows

struct Sums {
  F32 chunk[kMaxRows], total[kMaxRows];
};

// Steps [k, k + n) of up to kLanes columns, n <= kLanes.
template <bool kWhole>
IBID_INLINE void add_steps(const GemmArgs<float>& g, const float* b, int64_t columns, int64_t k, int64_t n,
                           Sums& sums) {
  F32 turned[kLanes];
  for (int64_t j = 0; j < kLanes; ++j) {
    const float* column = b + min_of(j, columns - 1) * g.b_col + k;
    turned[j] = kWhole ? simd::load(column) : simd::load_partial(column, n);
    __builtin_prefetch(column + kAhead);
  }
  simd::transpose(turned);
  for (int64_t i = 0; i < g.m; ++i) {
    const float* a = g.a + i * g.a_row + k * g.a_col;
    F32 sum = sums.chunk[i];
    if constexpr (kWhole) {
      for (int64_t s = 0; s < kLanes; ++s) sum = simd::fma(simd::broadcast(a[s * g.a_col]), turned[s], sum);
    } else {
      for (int64_t s = 0; s < n; ++s) sum = simd::fma(simd::broadcast(a[s * g.a_col]), turned[s], sum);
    }
    sums.chunk[i] = sum;
  }
}

void run_columns(const GemmArgs<float>& g, int64_t column) {
  const int64_t columns = min_of(kLanes, g.n - column);
  const float* b = g.b + column * g.b_col;
  const F32 zero = simd::zero_f32();
  Sums sums;
  for (int64_t i = 0; i < kMaxRows; ++i) sums.chunk[i] = sums.total[i] = zero;
  for (int64_t begin = 0; begin < g.k; begin += kChunk) {
    const int64_t end = min_of(g.k, begin + kChunk);
    int64_t k = begin;
    for (; k + kLanes <= end; k += kLanes) add_steps<true>(g, b, columns, k, kLanes, sums);
    if (k < end) add_steps<false>(g, b, columns, k, end - k, sums);
    for (int64_t i = 0; i < g.m; ++i) {
      sums.total[i] = begin == 0 ? sums.chunk[i] : sums.total[i] + sums.chunk[i];
      sums.chunk[i] = zero;
    }
  }
  const F32 closing = g.bias != nullptr ? simd::load_partial(g.bias + column, columns) + zero : zero;
  for (int64_t i = 0; i < g.m; ++i) {
    F32 y = sums.total[i] + closing;
    if (g.activation == Activation::kRelu) y = simd::select(y <= zero, zero, y);
    simd::store_partial(g.c + i * g.c_row + column, y, columns);
  }
}

}  // namespace

bool prefers_few_rows(const GemmArgs<float>& g) noexcept {
  return g.m <= kMaxRows && g.b_row == 1 && g.b_col != 1 && g.n >= kLanes / 2 && g.k >= kLanes;
}

void gemm_few_rows(const GemmArgs<float>& g, Executor& executor) noexcept {
  constexpr int64_t kSerialTerms = 1 << 18;  // below this other threads are not worth waking
  const int64_t task_columns = g.m * g.n * g.k < kSerialTerms ? g.n : kTaskColumns;
  const int64_t tasks = ceil_div(g.n, task_columns);
  parallel_for(executor, g.batch * tasks, [&](int64_t task, int32_t) {
    GemmArgs<float> one = g;
    one.a += task / tasks * g.a_batch;
    one.b += task / tasks * g.b_batch;
    one.c += task / tasks * g.c_batch;
    const int64_t begin = task % tasks * task_columns, end = min_of(g.n, begin + task_columns);
    for (int64_t column = begin; column < end; column += kLanes) run_columns(one, column);
  });
}

}  // namespace ibid::kernels::IBID_ISA
