#pragma once

#include <cstdint>

#include "engine/kernels/executor.h"

namespace ibid::kernels {

// An activation that a kernel may apply to its closed result before storing it; the same bits as applying it
// after.
enum class Activation : int32_t { kNone, kRelu };

// Matrix product by section 1 of the standard, `batch` times: C[i][j] = activation(chunked chain over k of
// A[i][k] x B[k][j], closed, + bias[j]).
//
// Strides are in elements and arbitrary, so every transposition is a choice of strides. C is dense in j.
// A, B and bias may not overlap C. Sizes of 0 are allowed; k = 0 gives 0.0 + bias.
template <class T>
struct GemmArgs {
  int64_t batch = 1, m = 0, n = 0, k = 0;
  const T* a = nullptr;
  int64_t a_batch = 0, a_row = 0, a_col = 0;
  const T* b = nullptr;
  int64_t b_batch = 0, b_row = 0, b_col = 0;
  const T* bias = nullptr;  // n values, or none
  Activation activation = Activation::kNone;
  T* c = nullptr;
  int64_t c_batch = 0, c_row = 0;
};

// The weight gradient of a linear layer: W'[i][j] = sum over rows r of A[r][i] x B[r][j], rows cut into
// gradient shards of `shard_rows` (the last may be shorter), each shard by section 1 and closed.
//
// fold: the shards are combined by the tree of section 6.2 and c is m x n; otherwise c is shards x m x n.
// Both inputs are read as a[r * a_row + i], b[r * b_row + j].
template <class T>
struct GemmShardsArgs {
  int64_t m = 0, n = 0, rows = 0, shard_rows = 1;
  bool fold = true;
  const T* a = nullptr;
  int64_t a_row = 0;
  const T* b = nullptr;
  int64_t b_row = 0;
  T* c = nullptr;
};

template <class T>
using GemmFunction = void (*)(const GemmArgs<T>&, Executor&) noexcept;
template <class T>
using GemmShardsFunction = void (*)(const GemmShardsArgs<T>&, Executor&) noexcept;

}  // namespace ibid::kernels
