#pragma once

#include <cstdint>

#include "engine/kernels/executor.h"

namespace ibid::kernels {

// Where one output position of one dim reads (section 2.5): value = fma(lam, x[i1] - x[i0], x[i0]).
// Nearest neighbour reads i0 alone.
struct ResampleTap {
  int64_t i0, i1;
  double lam;  // rounded to the tensor's type
};

// Upsampling over three spatial dims of (batch, in_size..., channels); taps[d] has out_size[d] entries, i0 and i1
// ascending. Forward reads x and writes y; the gradient reads dy as `in` and writes dx as `out`.
template <class T>
struct ResampleArgs {
  int64_t batch = 1, channels = 0;
  int64_t in_size[3] = {1, 1, 1};
  int64_t out_size[3] = {1, 1, 1};
  bool linear = false;
  bool interpolated[3] = {false, false, false};  // dims a linear upsampling interpolates along: the tensor's own
  const ResampleTap* taps[3] = {nullptr, nullptr, nullptr};
  const T* in = nullptr;
  T* out = nullptr;
};

template <class T>
using ResampleFunction = void (*)(const ResampleArgs<T>&, Executor&) noexcept;

}  // namespace ibid::kernels
