#include "ibid/ops/resample.h"

#include <algorithm>
#include <array>

#include "engine/ops/common.h"

namespace ibid::ops {
namespace {

using kernels::ResampleTap;
using Taps = std::array<std::vector<ResampleTap>, 3>;

// Section 2.5, integers all the way: the fraction is one division of integers, rounded once to the tensor's type.
template <class T>
ResampleTap tap_of(int64_t o, int64_t in, int64_t out, const UpsampleOptions& options) {
  if (options.mode == UpsampleMode::kNearest) {
    const int64_t i = o * in / out;
    return {i, i, 0.0};
  }
  const int64_t numerator = options.align_corners ? o * (in - 1) : std::max<int64_t>((2 * o + 1) * in - out, 0);
  const int64_t denominator = options.align_corners ? out - 1 : 2 * out;
  if (denominator == 0) return {0, std::min<int64_t>(1, in - 1), 0.0};
  const int64_t i0 = numerator / denominator, remainder = numerator % denominator;
  const T lam = static_cast<T>(static_cast<double>(remainder) / static_cast<double>(denominator));
  return {i0, std::min(i0 + 1, in - 1), static_cast<double>(lam)};
}

template <class T>
kernels::ResampleArgs<T> args_of(const Variable& x, const std::array<int64_t, 3>& in, const std::array<int64_t, 3>& out,
                                 const Taps& taps, bool linear) {
  kernels::ResampleArgs<T> args;
  args.batch = x.shape()[0];
  args.channels = x.shape()[-1];
  args.linear = linear;
  for (size_t d = 0; d < 3; ++d) {
    args.in_size[d] = in[d];
    args.out_size[d] = out[d];
    args.interpolated[d] = static_cast<int64_t>(d) >= 5 - x.shape().n_dims();
    args.taps[d] = taps[d].data();
  }
  return args;
}

}  // namespace

Variable upsample(Tape& tape, const Variable& x, const UpsampleOptions& options) {
  require_same_floating("upsample", x, {});
  const auto in = spatial_sizes("upsample", x.shape());
  const auto out = spatial_option("upsample", "out_size", options.out_size, x.shape().n_dims() - 2, 1, 1);
  for (int64_t size : in) {
    if (size < 1) throw ShapeError("upsample: nothing to read in " + x.shape().to_string());
  }
  const bool linear = options.mode == UpsampleMode::kLinear;
  auto taps = std::make_shared<Taps>();
  const Tensor source = x.value().dense();
  Tensor y = Tensor::empty(channels_last_shape(x.shape()[0], out, x.shape().n_dims() - 2, x.shape()[-1]), x.dtype());
  dispatch_floating(x.dtype(), "upsample", [&]<class T>() {
    for (size_t d = 0; d < 3; ++d) {
      for (int64_t o = 0; o < out[d]; ++o) (*taps)[d].push_back(tap_of<T>(o, in[d], out[d], options));
    }
    kernels::ResampleArgs<T> args = args_of<T>(x, in, out, *taps, linear);
    args.in = source.data<T>();
    args.out = y.data<T>();
    kernels_of<T>(tape.context()).resample(args, tape.context().executor());
  });
  return tape.record(y, {x}, [=](Backward& b) {
    const Tensor dy = b.dy().dense();
    Tensor dx = Tensor::empty(x.shape(), dy.dtype());
    dispatch_floating(dy.dtype(), "upsample", [&]<class T>() {
      kernels::ResampleArgs<T> args = args_of<T>(x, in, out, *taps, linear);
      args.in = dy.data<T>();
      args.out = dx.data<T>();
      kernels_of<T>(b.context()).resample_gradient(args, b.context().executor());
    });
    b.add(0, std::move(dx));
  });
}

}  // namespace ibid::ops
