#pragma once

#include <cstdint>

#include "engine/kernels/gemm.h"

namespace ibid::kernels {

// A convolution over three spatial dims (depth, height, width; 1-D and 2-D have unit dims), section 2 of the
// standard. x is (batch, in_size..., in_channels), y is (batch, out_size..., out_channels), both dense in
// raster order; the weight is (out_channels, kernel..., in_channels / groups). Padding is at both ends of a
// dim; the caller has computed out_size, for a forward convolution out = (in + 2 padding - dilation (kernel -
// 1) - 1) / stride + 1.
struct ConvShape {
  int64_t batch = 1, groups = 1, in_channels = 0, out_channels = 0;
  int64_t in_size[3] = {1, 1, 1};
  int64_t out_size[3] = {1, 1, 1};
  int64_t kernel[3] = {1, 1, 1};
  int64_t stride[3] = {1, 1, 1};
  int64_t padding[3] = {0, 0, 0};
  int64_t dilation[3] = {1, 1, 1};
};

// y = activation(conv(x, weight) + bias), section 2.1.
template <class T>
struct ConvForwardArgs {
  ConvShape shape;
  const T* x = nullptr;
  const T* weight = nullptr;
  const T* bias = nullptr;  // out_channels values, or none
  Activation activation = Activation::kNone;
  T* y = nullptr;
};

// dx from dy and the weight, section 2.2. This is also the forward pass of a transposed convolution (then
// `dy` is its input, `dx` its output, and bias and activation may be used; otherwise they are absent).
// relu_output: when given, an array like dy; where it is <= 0 dy counts as +0 (the gradient of a fused ReLU).
template <class T>
struct ConvBackwardDataArgs {
  ConvShape shape;
  const T* dy = nullptr;
  const T* relu_output = nullptr;
  const T* weight = nullptr;
  const T* bias = nullptr;  // in_channels values, or none
  Activation activation = Activation::kNone;
  T* dx = nullptr;
};

// dweight per gradient shard of `shard_samples` samples, section 2.3: chunks of 512 output positions in
// raster, counted from the shard's start, closed. fold: combined by the tree of section 6.2 into one
// weight-shaped array; otherwise dweight is shards x weight shape.
//
// The weight gradient of a transposed convolution is this function with its input as `dy` and the gradient of
// its output as `x`: the positions are then the raster of its input, as section 2.2 asks (products commute
// exactly).
template <class T>
struct ConvBackwardWeightsArgs {
  ConvShape shape;
  const T* x = nullptr;
  const T* dy = nullptr;
  const T* relu_output = nullptr;  // as above
  int64_t shard_samples = 1;
  bool fold = true;
  T* dweight = nullptr;
};

template <class T>
using ConvForwardFunction = void (*)(const ConvForwardArgs<T>&, Executor&) noexcept;
template <class T>
using ConvBackwardDataFunction = void (*)(const ConvBackwardDataArgs<T>&, Executor&) noexcept;
template <class T>
using ConvBackwardWeightsFunction = void (*)(const ConvBackwardWeightsArgs<T>&, Executor&) noexcept;

}  // namespace ibid::kernels
