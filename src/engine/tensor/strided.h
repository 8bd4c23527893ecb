#pragma once

#include <array>
#include <cstdint>

#include "ibid/shape.h"

namespace ibid {

using Strides = std::array<int64_t, Shape::kMaxDims>;

// Walks N arrays of one shape but different strides in raster order, one innermost run at a time:
// inner(offsets, n, steps) with the offset of each array's first element, in elements.
template <size_t N, class Inner>
void for_each_run(const Shape& shape, const std::array<Strides, N>& strides, Inner&& inner) {
  std::array<int64_t, N> offsets{};
  std::array<int64_t, N> steps{};
  const int64_t n_dims = shape.n_dims();
  if (shape.n_elements() == 0) return;
  if (n_dims == 0) {
    inner(offsets, int64_t{1}, steps);
    return;
  }
  // Trailing dims that continue one another in every array form one run.
  int64_t run_dim = n_dims - 1;
  int64_t run = shape[run_dim];
  for (size_t a = 0; a < N; ++a) steps[a] = strides[a][static_cast<size_t>(run_dim)];
  for (; run_dim > 0; --run_dim) {
    bool continues = true;
    for (size_t a = 0; a < N; ++a) {
      continues = continues && strides[a][static_cast<size_t>(run_dim - 1)] == steps[a] * run;
    }
    if (!continues) break;
    run *= shape[run_dim - 1];
  }
  std::array<int64_t, Shape::kMaxDims> index{};
  for (;;) {
    inner(offsets, run, steps);
    int64_t dim = run_dim - 1;
    for (; dim >= 0; --dim) {
      const size_t d = static_cast<size_t>(dim);
      for (size_t a = 0; a < N; ++a) offsets[a] += strides[a][d];
      if (++index[d] < shape[dim]) break;
      for (size_t a = 0; a < N; ++a) offsets[a] -= strides[a][d] * shape[dim];
      index[d] = 0;
    }
    if (dim < 0) return;
  }
}

// Strides of a dense tensor of this shape.
inline Strides dense_strides(const Shape& shape) {
  Strides strides{};
  int64_t stride = 1;
  for (int64_t d = shape.n_dims() - 1; d >= 0; --d) {
    strides[static_cast<size_t>(d)] = stride;
    stride *= shape[d];
  }
  return strides;
}

// `strides` of `from` as they read when it is broadcast to `to`: stretched and missing dims get 0.
inline Strides broadcast_strides(const Shape& from, const Strides& strides, const Shape& to) {
  Strides result{};
  const int64_t missing = to.n_dims() - from.n_dims();
  for (int64_t d = 0; d < from.n_dims(); ++d) {
    result[static_cast<size_t>(d + missing)] =
        from[d] == 1 && to[d + missing] != 1 ? 0 : strides[static_cast<size_t>(d)];
  }
  return result;
}

}  // namespace ibid
