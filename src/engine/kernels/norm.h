#pragma once

#include <cstdint>

#include "engine/kernels/executor.h"

namespace ibid::kernels {

// y = fma(x - mean, scale, shift) per channel; without shift the product.
template <class T>
struct ChannelNormArgs {
  int64_t rows = 0, channels = 0;
  const T* x = nullptr;
  const T* mean = nullptr;
  const T* scale = nullptr;
  const T* shift = nullptr;
  T* y = nullptr;
};

// dx = scale x fma(-(x - mean), k, dy - m1) per channel.
template <class T>
struct ChannelNormGradientArgs {
  int64_t rows = 0, channels = 0;
  const T* x = nullptr;
  const T* dy = nullptr;
  const T* mean = nullptr;
  const T* scale = nullptr;
  const T* m1 = nullptr;
  const T* k = nullptr;
  T* dx = nullptr;
};

// Layer and group norm: `instances` (samples), each positions x channels, the channels cut into `groups`. Layer norm
// has one position and one group. Sums: with `lane_rule` (layer norm) the lane rule over the channels, otherwise the
// column rule per channel, channels of the group added ascending in binary64.
// gamma, beta: `channels` values, or absent. xh and r (instances x groups) are kept for the gradient.
template <class T>
struct GroupNormArgs {
  int64_t instances = 0, positions = 1, channels = 0, groups = 1;
  bool lane_rule = false;
  double epsilon = 1e-5;
  const T* x = nullptr;
  const T* gamma = nullptr;
  const T* beta = nullptr;
  T* normalised = nullptr;  // xh
  T* r = nullptr;
  T* y = nullptr;
};

template <class T>
struct GroupNormGradientArgs {
  int64_t instances = 0, positions = 1, channels = 0, groups = 1;
  bool lane_rule = false;
  const T* dy = nullptr;
  const T* gamma = nullptr;
  const T* normalised = nullptr;
  const T* r = nullptr;
  T* dx = nullptr;
};

template <class T>
using ChannelNormFunction = void (*)(const ChannelNormArgs<T>&, Executor&) noexcept;
template <class T>
using ChannelNormGradientFunction = void (*)(const ChannelNormGradientArgs<T>&, Executor&) noexcept;
template <class T>
using GroupNormFunction = void (*)(const GroupNormArgs<T>&, Executor&) noexcept;
template <class T>
using GroupNormGradientFunction = void (*)(const GroupNormGradientArgs<T>&, Executor&) noexcept;

}  // namespace ibid::kernels
