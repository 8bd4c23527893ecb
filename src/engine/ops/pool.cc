#include "ibid/ops/pool.h"

#include <algorithm>

#include "engine/ops/common.h"

namespace ibid::ops {
namespace {

using kernels::PoolShape;

int64_t pooled_size(int64_t in, int64_t padding, int64_t reach, int64_t stride, bool round_up) {
  const int64_t span = in + 2 * padding - reach;
  if (span < 0) return 0;
  int64_t out = (span + (round_up ? stride - 1 : 0)) / stride + 1;
  // A window that would begin in the right padding has no element.
  if (round_up && (out - 1) * stride >= in + padding) --out;
  return out;
}

// Taps far apart can all miss a short input.
void require_elements(const char* name, const PoolShape& s) {
  for (int d = 0; d < 3; ++d) {
    for (int64_t o = 0; s.dilation[d] > 1 && o < s.out_size[d]; ++o) {
      const int64_t first = o * s.stride[d] - s.padding[d], step = s.dilation[d];
      const int64_t inside = first < 0 ? first + (-first + step - 1) / step * step : first;
      if (inside >= s.in_size[d] || inside > first + (s.kernel[d] - 1) * step) {
        throw ArgumentError(std::string(name) + ": window " + std::to_string(o) + " of a dim of size " +
                            std::to_string(s.in_size[d]) + " has no element; use less padding or dilation");
      }
    }
  }
}

PoolShape fixed_windows(const char* name, const Variable& x, const PoolOptions& options) {
  const int64_t n_spatial = x.shape().n_dims() - 2;
  PoolShape s;
  const auto sizes = spatial_sizes(name, x.shape());
  const auto kernel = spatial_option(name, "kernel", options.kernel, n_spatial, 1, 1);
  const auto stride =
      options.stride.empty() ? kernel : spatial_option(name, "stride", options.stride, n_spatial, 1, 1);
  const auto padding = spatial_option(name, "padding", options.padding, n_spatial, 0, 0);
  const auto dilation = spatial_option(name, "dilation", options.dilation, n_spatial, 1, 1);
  s.batch = x.shape()[0];
  s.channels = x.shape()[-1];
  for (size_t d = 0; d < 3; ++d) {
    if (2 * padding[d] > kernel[d]) {
      throw ArgumentError(std::string(name) + ": padding " + std::to_string(padding[d]) +
                          " is more than half the kernel " + std::to_string(kernel[d]) +
                          ", so a window could have no element");
    }
    s.in_size[d] = sizes[d];
    s.kernel[d] = kernel[d];
    s.stride[d] = stride[d];
    s.padding[d] = padding[d];
    s.dilation[d] = dilation[d];
    s.out_size[d] =
        pooled_size(sizes[d], padding[d], dilation[d] * (kernel[d] - 1) + 1, stride[d], options.round_up);
    if (s.out_size[d] < 1) {
      throw ShapeError(std::string(name) + ": the kernel does not fit into the padded input " +
                       x.shape().to_string());
    }
  }
  require_elements(name, s);
  return s;
}

PoolShape adaptive_windows(const char* name, const Variable& x, const std::vector<int64_t>& out_size) {
  PoolShape s;
  const auto sizes = spatial_sizes(name, x.shape());
  const auto out = spatial_option(name, "out_size", out_size, x.shape().n_dims() - 2, 1, 1);
  s.adaptive = true;
  s.batch = x.shape()[0];
  s.channels = x.shape()[-1];
  for (size_t d = 0; d < 3; ++d) {
    if (sizes[d] < 1) throw ShapeError(std::string(name) + ": nothing to pool in " + x.shape().to_string());
    s.in_size[d] = sizes[d];
    s.out_size[d] = out[d];
  }
  return s;
}

Shape result_shape(const PoolShape& s, const Variable& x) {
  return channels_last_shape(s.batch, {s.out_size[0], s.out_size[1], s.out_size[2]}, x.shape().n_dims() - 2,
                             s.channels);
}

Variable max_pool_over(Tape& tape, const Variable& x, const PoolShape& shape) {
  const Tensor in = x.value().dense();
  Tensor y = Tensor::empty(result_shape(shape, x), x.dtype());
  auto position = std::make_shared<std::vector<int32_t>>(static_cast<size_t>(y.n_elements()));
  dispatch_floating(x.dtype(), "max_pool", [&]<class T>() {
    kernels::MaxPoolArgs<T> args{shape, in.data<T>(), y.data<T>(), position->data()};
    kernels_of<T>(tape.context()).max_pool(args, tape.context().executor());
  });
  const Shape x_shape = x.shape();
  return tape.record(y, {x}, [=](Backward& b) {
    const Tensor dy = b.dy().dense();
    Tensor dx = Tensor::empty(x_shape, dy.dtype());
    dispatch_floating(dy.dtype(), "max_pool", [&]<class T>() {
      kernels::MaxPoolGradientArgs<T> args{shape, dy.data<T>(), position->data(), nullptr, dx.data<T>()};
      if (b.wants_rectified(0)) args.relu_output = y.data<T>();
      kernels_of<T>(b.context()).max_pool_gradient(args, b.context().executor());
    });
    b.wants_rectified(0) ? b.add_rectified(0, std::move(dx)) : b.add(0, std::move(dx));
  });
}

Variable average_pool_over(Tape& tape, const Variable& x, const PoolShape& shape, bool count_padding) {
  const Tensor in = x.value().dense();
  Tensor y = Tensor::empty(result_shape(shape, x), x.dtype());
  dispatch_floating(x.dtype(), "average_pool", [&]<class T>() {
    kernels::AveragePoolArgs<T> args{shape, count_padding, in.data<T>(), y.data<T>()};
    kernels_of<T>(tape.context()).average_pool(args, tape.context().executor());
  });
  const Shape x_shape = x.shape();
  return tape.record(y, {x}, [=](Backward& b) {
    const Tensor dy = b.dy().dense();
    Tensor dx = Tensor::empty(x_shape, dy.dtype());
    dispatch_floating(dy.dtype(), "average_pool", [&]<class T>() {
      kernels::AveragePoolArgs<T> args{shape, count_padding, dy.data<T>(), dx.data<T>()};
      kernels_of<T>(b.context()).average_pool_gradient(args, b.context().executor());
    });
    b.add(0, std::move(dx));
  });
}

}  // namespace

Variable max_pool(Tape& tape, const Variable& x, const PoolOptions& options) {
  require_same_floating("max_pool", x, {});
  return max_pool_over(tape, x, fixed_windows("max_pool", x, options));
}

Variable average_pool(Tape& tape, const Variable& x, const PoolOptions& options) {
  require_same_floating("average_pool", x, {});
  if (options.dilation != std::vector<int64_t>{1}) throw ArgumentError("average_pool has no dilation");
  return average_pool_over(tape, x, fixed_windows("average_pool", x, options), options.count_padding);
}

Variable adaptive_max_pool(Tape& tape, const Variable& x, const std::vector<int64_t>& out_size) {
  require_same_floating("adaptive_max_pool", x, {});
  return max_pool_over(tape, x, adaptive_windows("adaptive_max_pool", x, out_size));
}

Variable adaptive_average_pool(Tape& tape, const Variable& x, const std::vector<int64_t>& out_size) {
  require_same_floating("adaptive_average_pool", x, {});
  return average_pool_over(tape, x, adaptive_windows("adaptive_average_pool", x, out_size), false);
}

}  // namespace ibid::ops
