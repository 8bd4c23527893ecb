#include "ibid/ops/conv.h"

#include <algorithm>

#include "engine/ops/column_sums.h"
#include "engine/ops/common.h"

namespace ibid::ops {
namespace {

using kernels::ConvShape;

kernels::Activation activation_of(Fused fused) {
  return fused == Fused::kRelu ? kernels::Activation::kRelu : kernels::Activation::kNone;
}

void require_channels(const char* operation, const Variable& x, const Variable& weight, int64_t groups,
                      int64_t channels_in, int64_t weight_channels_in) {
  if (weight.shape().n_dims() != x.shape().n_dims() || channels_in != weight_channels_in) {
    throw ShapeError(std::string(operation) + ": input " + x.shape().to_string() + " and weight " +
                     weight.shape().to_string() + " with " + std::to_string(groups) +
                     " groups do not fit together");
  }
}

void require_bias(const char* operation, const Variable& bias, int64_t channels) {
  if (!absent(bias) && bias.shape() != Shape{channels}) {
    throw ShapeError(std::string(operation) + ": bias " + bias.shape().to_string() + " for " +
                     std::to_string(channels) + " output channels");
  }
}

// Weights made from samples mix them: the result is then a value of the whole pass.
const char* mixing(const char* operation, const Variable& weight, const Variable& bias) {
  return weight.batched() || bias.batched() ? operation : nullptr;
}

void copy_sizes(const std::array<int64_t, 3>& from, int64_t (&to)[3]) {
  std::copy(from.begin(), from.end(), to);
}

// The weight gradient of both kinds of convolution: `positions` walks the sum (section 2.3).
void add_weight_gradient(Backward& b, size_t input, const ConvShape& shape, const Tensor& x, const Tensor& dy,
                         const Tensor& relu_output, const Shape& weight_shape) {
  const bool per_shard = b.sums_over_shards(input);
  const bool fold = !per_shard || b.wants_folded(input);
  Shape result_shape = weight_shape;
  if (!fold) {
    result_shape = Shape{b.tape().n_shards()};
    for (int64_t size : weight_shape.sizes()) result_shape.append(size);
  }
  Tensor dweight = Tensor::empty(result_shape, x.dtype());
  dispatch_floating(x.dtype(), "conv", [&]<class T>() {
    kernels::ConvBackwardWeightsArgs<T> args;
    args.shape = shape;
    args.x = x.data<T>();
    args.dy = dy.data<T>();
    args.relu_output = relu_output.defined() ? relu_output.data<T>() : nullptr;
    args.shard_samples = per_shard ? b.tape().rows_per_shard(shape.batch) : std::max<int64_t>(shape.batch, 1);
    args.fold = fold;
    args.dweight = dweight.data<T>();
    kernels_of<T>(b.context()).conv_backward_weights(args, b.context().executor());
  });
  if (!per_shard) return b.add(input, std::move(dweight));
  fold ? b.add_folded(input, std::move(dweight)) : b.add_shards(input, std::move(dweight));
}

ConvShape conv_shape(const Variable& x, const Variable& weight, const ConvOptions& options) {
  const int64_t n_spatial = x.shape().n_dims() - 2;
  ConvShape s;
  copy_sizes(spatial_sizes("conv", x.shape()), s.in_size);
  if (options.groups < 1) throw ArgumentError("conv: groups must be at least 1");
  s.batch = x.shape()[0];
  s.groups = options.groups;
  s.in_channels = x.shape()[-1];
  require_channels("conv", x, weight, s.groups, s.in_channels, weight.shape()[-1] * s.groups);
  s.out_channels = weight.shape()[0];
  if (s.out_channels % s.groups != 0) {
    throw ShapeError("conv: " + std::to_string(s.out_channels) + " output channels cannot be cut into " +
                     std::to_string(s.groups) + " groups");
  }
  copy_sizes(spatial_sizes("conv weight", weight.shape()), s.kernel);
  copy_sizes(spatial_option("conv", "stride", options.stride, n_spatial, 1, 1), s.stride);
  copy_sizes(spatial_option("conv", "padding", options.padding, n_spatial, 0, 0), s.padding);
  copy_sizes(spatial_option("conv", "dilation", options.dilation, n_spatial, 1, 1), s.dilation);
  for (int d = 0; d < 3; ++d) {
    const int64_t span = s.in_size[d] + 2 * s.padding[d] - s.dilation[d] * (s.kernel[d] - 1) - 1;
    if (span < 0) {
      throw ShapeError("conv: the padded input " + x.shape().to_string() +
                       " is smaller than the dilated kernel of " + weight.shape().to_string());
    }
    s.out_size[d] = span / s.stride[d] + 1;
  }
  return s;
}

}  // namespace

Variable conv(Tape& tape, const Variable& x, const Variable& weight, const Variable& bias,
              const ConvOptions& options) {
  require_same_floating("conv", x, weight);
  require_same_floating("conv", x, bias);
  const ConvShape shape = conv_shape(x, weight, options);
  require_bias("conv", bias, shape.out_channels);
  const Tensor in = x.value().dense(), w = weight.value().dense();
  Tensor y = Tensor::empty(
      channels_last_shape(shape.batch, {shape.out_size[0], shape.out_size[1], shape.out_size[2]},
                          x.shape().n_dims() - 2, shape.out_channels),
      x.dtype());
  dispatch_floating(x.dtype(), "conv", [&]<class T>() {
    kernels::ConvForwardArgs<T> args;
    args.shape = shape;
    args.x = in.data<T>();
    args.weight = w.data<T>();
    const Tensor b = absent(bias) ? Tensor() : bias.value().dense();
    args.bias = b.defined() ? b.data<T>() : nullptr;
    args.activation = activation_of(options.fused);
    args.y = y.data<T>();
    kernels_of<T>(tape.context()).conv_forward(args, tape.context().executor());
  });
  const Tensor relu_output = options.fused == Fused::kRelu ? y : Tensor();
  const Shape x_shape = x.shape(), weight_shape = weight.shape();
  std::vector<Variable> inputs{x, weight};
  if (!absent(bias)) inputs.push_back(bias);
  const auto backward = [=](Backward& b) {
    const Tensor dy = b.dy().dense(), mask = b.dy_is_rectified() ? Tensor() : relu_output;
    if (b.needs(1)) add_weight_gradient(b, 1, shape, in, dy, mask, weight_shape);
    if (!absent(bias) && b.needs(2)) add_column_sums(b, 2, dy, mask);
    if (!b.needs(0)) return;
    Tensor dx = Tensor::empty(x_shape, dy.dtype());
    dispatch_floating(dy.dtype(), "conv", [&]<class T>() {
      kernels::ConvBackwardDataArgs<T> args;
      args.shape = shape;
      args.dy = dy.data<T>();
      args.relu_output = mask.defined() ? mask.data<T>() : nullptr;
      args.weight = w.data<T>();
      args.dx = dx.data<T>();
      kernels_of<T>(b.context()).conv_backward_data(args, b.context().executor());
    });
    b.add(0, std::move(dx));
  };
  const Variable result = tape.record(y, inputs, backward, mixing("conv", weight, bias));
  if (relu_output.defined()) tape.declare_rectified(result);
  return result;
}

namespace {

// The transposed convolution's adjoint: a convolution from its output back to its input.
ConvShape adjoint_shape(const Variable& x, const Variable& weight, const ConvTransposeOptions& options) {
  const int64_t n_spatial = x.shape().n_dims() - 2;
  const char* name = "conv_transpose";
  ConvShape s;
  copy_sizes(spatial_sizes(name, x.shape()), s.out_size);
  if (options.groups < 1) throw ArgumentError("conv_transpose: groups must be at least 1");
  s.batch = x.shape()[0];
  s.groups = options.groups;
  s.out_channels = x.shape()[-1];
  require_channels(name, x, weight, s.groups, s.out_channels, weight.shape()[0]);
  s.in_channels = weight.shape()[-1] * s.groups;
  if (s.out_channels % s.groups != 0) {
    throw ShapeError("conv_transpose: " + std::to_string(s.out_channels) +
                     " input channels cannot be cut into " + std::to_string(s.groups) + " groups");
  }
  copy_sizes(spatial_sizes("conv_transpose weight", weight.shape()), s.kernel);
  copy_sizes(spatial_option(name, "stride", options.stride, n_spatial, 1, 1), s.stride);
  copy_sizes(spatial_option(name, "padding", options.padding, n_spatial, 0, 0), s.padding);
  copy_sizes(spatial_option(name, "dilation", options.dilation, n_spatial, 1, 1), s.dilation);
  const auto extra = spatial_option(name, "output_padding", options.output_padding, n_spatial, 0, 0);
  for (int d = 0; d < 3; ++d) {
    const int64_t added = extra[static_cast<size_t>(d)];
    if (added >= std::max(s.stride[d], s.dilation[d]) && added > 0) {
      throw ArgumentError("conv_transpose: output_padding must be smaller than stride or dilation");
    }
    s.in_size[d] =
        (s.out_size[d] - 1) * s.stride[d] - 2 * s.padding[d] + s.dilation[d] * (s.kernel[d] - 1) + added + 1;
    if (s.in_size[d] < 1) {
      throw ShapeError("conv_transpose: padding leaves nothing of the result for input " +
                       x.shape().to_string());
    }
  }
  return s;
}

}  // namespace

Variable conv_transpose(Tape& tape, const Variable& x, const Variable& weight, const Variable& bias,
                        const ConvTransposeOptions& options) {
  require_same_floating("conv_transpose", x, weight);
  require_same_floating("conv_transpose", x, bias);
  const ConvShape shape = adjoint_shape(x, weight, options);
  require_bias("conv_transpose", bias, shape.in_channels);
  const Tensor in = x.value().dense(), w = weight.value().dense();
  Tensor y =
      Tensor::empty(channels_last_shape(shape.batch, {shape.in_size[0], shape.in_size[1], shape.in_size[2]},
                                        x.shape().n_dims() - 2, shape.in_channels),
                    x.dtype());
  dispatch_floating(x.dtype(), "conv_transpose", [&]<class T>() {
    kernels::ConvBackwardDataArgs<T> args;
    args.shape = shape;
    args.dy = in.data<T>();
    args.weight = w.data<T>();
    const Tensor b = absent(bias) ? Tensor() : bias.value().dense();
    args.bias = b.defined() ? b.data<T>() : nullptr;
    args.activation = activation_of(options.fused);
    args.dx = y.data<T>();
    kernels_of<T>(tape.context()).conv_backward_data(args, tape.context().executor());
  });
  const Tensor relu_output = options.fused == Fused::kRelu ? y : Tensor();
  const Shape x_shape = x.shape(), weight_shape = weight.shape();
  std::vector<Variable> inputs{x, weight};
  if (!absent(bias)) inputs.push_back(bias);
  const auto backward = [=](Backward& b) {
    // A fused ReLU's mask lies on dy, which here plays the part of the adjoint's x: it is applied once, up
    // front.
    const Tensor dy = relu_output.defined() ? relu_masked(b.context(), b.dy(), relu_output) : b.dy().dense();
    if (b.needs(1)) add_weight_gradient(b, 1, shape, dy, in, Tensor(), weight_shape);
    if (!absent(bias) && b.needs(2)) add_column_sums(b, 2, dy, Tensor());
    if (!b.needs(0)) return;
    Tensor dx = Tensor::empty(x_shape, dy.dtype());
    dispatch_floating(dy.dtype(), "conv_transpose", [&]<class T>() {
      kernels::ConvForwardArgs<T> args;
      args.shape = shape;
      args.x = dy.data<T>();
      args.weight = w.data<T>();
      args.y = dx.data<T>();
      kernels_of<T>(b.context()).conv_forward(args, b.context().executor());
    });
    b.add(0, std::move(dx));
  };
  return tape.record(y, inputs, backward, mixing("conv_transpose", weight, bias));
}

}  // namespace ibid::ops
