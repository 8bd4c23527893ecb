#pragma once
// Loops over dense arrays in whole vectors with a partial one at the end.

#include "engine/kernels/cpu/simd.h"
#include "engine/kernels/executor.h"

namespace ibid::kernels {
namespace {

// How a body reads and writes its vector: all lanes, or the first n.
struct WholeVector {
  static IBID_MEMBER simd::F32 load(const float* p) { return simd::load(p); }
  static IBID_MEMBER void store(float* p, simd::F32 a) { simd::store(p, a); }
};
struct PartialVector {
  int64_t n;
  IBID_MEMBER simd::F32 load(const float* p) const { return simd::load_partial(p, n); }
  IBID_MEMBER void store(float* p, simd::F32 a) const { simd::store_partial(p, a, n); }
};

// body(access, i) for i = begin, begin + kLanes, ... below end.
template <class Body>
IBID_INLINE void for_each_vector(int64_t begin, int64_t end, Body&& body) {
  int64_t i = begin;
  for (; i + simd::kLanes <= end; i += simd::kLanes) body(WholeVector{}, i);
  if (i < end) body(PartialVector{end - i}, i);
}

// body(begin, end) over blocks of [0, size) in parallel. A block of 16 Ki elements is some microseconds of
// work: less is not worth waking a thread for.
template <class Body>
IBID_INLINE void for_each_block(Executor& executor, int64_t size, Body&& body) {
  constexpr int64_t kBlock = 16384;
  const int64_t n_blocks = (size + kBlock - 1) / kBlock;
  parallel_for(executor, n_blocks, [&](int64_t block, int32_t) {
    const int64_t begin = block * kBlock;
    body(begin, begin + kBlock < size ? begin + kBlock : size);
  });
}

// Enough rows per task to be worth a thread.
constexpr int64_t kTaskElements = 16384;
IBID_INLINE int64_t rows_per_task(int64_t cols) {
  return cols >= kTaskElements ? 1 : kTaskElements / (cols > 0 ? cols : 1);
}

// body(row) for all rows, some rows to a task.
template <class Body>
IBID_INLINE void for_each_row(Executor& executor, int64_t rows, int64_t cols, Body&& body) {
  // One task, found without divisions: for a short row they would cost a tenth of the work.
  if (rows <= kTaskElements && rows * cols <= kTaskElements) {
    parallel_for(executor, rows > 0 ? 1 : 0, [&](int64_t, int32_t) {
      for (int64_t row = 0; row < rows; ++row) body(row);
    });
    return;
  }
  const int64_t group = rows_per_task(cols);
  parallel_for(executor, (rows + group - 1) / group, [&](int64_t task, int32_t) {
    const int64_t begin = task * group, end = begin + group < rows ? begin + group : rows;
    for (int64_t row = begin; row < end; ++row) body(row);
  });
}

}  // namespace
}  // namespace ibid::kernels
