#pragma once

#include <cstdint>

#include "engine/kernels/executor.h"

namespace ibid::kernels {

// Windows over three spatial dims of x (batch, in_size..., channels), section 2.4. Fixed windows begin at
// o * stride - padding and take every dilation-th position; adaptive ones cover floor(o*I/O) to
// ceil((o+1)*I/O).
struct PoolShape {
  int64_t batch = 1, channels = 0;
  int64_t in_size[3] = {1, 1, 1};
  int64_t out_size[3] = {1, 1, 1};
  int64_t kernel[3] = {1, 1, 1};
  int64_t stride[3] = {1, 1, 1};
  int64_t padding[3] = {0, 0, 0};
  int64_t dilation[3] = {1, 1, 1};
  bool adaptive = false;
};

// y and the position (spatial raster index inside the sample) of each window's maximum, by section 0.2.
template <class T>
struct MaxPoolArgs {
  PoolShape shape;
  const T* x = nullptr;
  T* y = nullptr;
  int32_t* position = nullptr;
};

// With relu_output, the pooled values y, a window counts only where its maximum is not <= 0. When x is the
// output of a ReLU this is the gradient with that ReLU's mask applied already: a maximum equals the element
// it was taken from, and the mask is a fourth of the size here.
template <class T>
struct MaxPoolGradientArgs {
  PoolShape shape;
  const T* dy = nullptr;
  const int32_t* position = nullptr;
  const T* relu_output = nullptr;  // like dy, or none
  T* dx = nullptr;
};

template <class T>
struct AveragePoolArgs {
  PoolShape shape;
  bool count_padding = false;
  const T* in = nullptr;  // x forward, dy backward
  T* out = nullptr;       // y forward, dx backward
};

template <class T>
using MaxPoolFunction = void (*)(const MaxPoolArgs<T>&, Executor&) noexcept;
template <class T>
using MaxPoolGradientFunction = void (*)(const MaxPoolGradientArgs<T>&, Executor&) noexcept;
template <class T>
using AveragePoolFunction = void (*)(const AveragePoolArgs<T>&, Executor&) noexcept;

}  // namespace ibid::kernels
