#pragma once

#include <cstdint>

#include "engine/kernels/executor.h"

namespace ibid::kernels {

// Softmax of each row, or its logarithm (section 4.1). y may be x.
template <class T>
struct SoftmaxArgs {
  bool logarithm = false;
  int64_t rows = 0, cols = 0;
  const T* x = nullptr;
  T* y = nullptr;
};

// dx from dy and the forward result y. dx may be dy.
template <class T>
struct SoftmaxGradientArgs {
  bool logarithm = false;
  int64_t rows = 0, cols = 0;
  const T* dy = nullptr;
  const T* y = nullptr;
  T* dx = nullptr;
};

template <class T>
using SoftmaxFunction = void (*)(const SoftmaxArgs<T>&, Executor&) noexcept;
template <class T>
using SoftmaxGradientFunction = void (*)(const SoftmaxGradientArgs<T>&, Executor&) noexcept;

}  // namespace ibid::kernels
