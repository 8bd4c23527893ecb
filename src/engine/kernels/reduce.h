#pragma once

#include <cstdint>

#include "engine/kernels/executor.h"

namespace ibid::kernels {

// What is added up, or compared, per element. The centred forms subtract first, rounded.
enum class Reduction : int32_t {
  kSum,             // + a
  kDot,             // fma(a, b, .)
  kSquares,         // fma(a, a, .)
  kCentredSquares,  // fma(a - centre, a - centre, .)
  kCentredDot,      // fma(a, b - centre, .)
  kMax,             // section 0.2: NaN if any is, else the extreme, closed; of nothing: -Inf
  kMin,             // the same; of nothing: +Inf
};
constexpr int32_t kReductionCount = 7;

// One result per row of rows x cols elements, by the lane rule (section 3.1).
template <class T>
struct ReduceRowsArgs {
  Reduction op = Reduction::kSum;
  int64_t rows = 0, cols = 0;
  const T* a = nullptr;
  const T* b = nullptr;       // rows x cols, for the products
  const T* centre = nullptr;  // one per row, for the centred forms
  T* y = nullptr;             // rows results, rounded; or none
  double* sums = nullptr;     // rows results, not rounded from binary64; or none
};

// One result per column of rows x cols elements, by the column rule (section 3.2).
//
// shard_rows > 0 cuts the rows into gradient shards (section 6), each reduced by itself, the last perhaps
// shorter. fold: they are combined by the tree of section 6.2 (y in T, sums in binary64); otherwise results
// are shards x cols. With shard_rows = 0 all rows are one shard. Max and min know no shards.
template <class T>
struct ReduceColumnsArgs {
  Reduction op = Reduction::kSum;
  int64_t rows = 0, cols = 0;
  const T* a = nullptr;
  const T* relu_output = nullptr;  // like a, or none: where it is <= 0, a counts as +0
  const T* b = nullptr;            // rows x cols, for the products
  const T* centre = nullptr;       // one per column, for the centred forms
  int64_t shard_rows = 0;
  bool fold = true;
  T* y = nullptr;
  double* sums = nullptr;
};

template <class T>
using ReduceRowsFunction = void (*)(const ReduceRowsArgs<T>&, Executor&) noexcept;
template <class T>
using ReduceColumnsFunction = void (*)(const ReduceColumnsArgs<T>&, Executor&) noexcept;

}  // namespace ibid::kernels
