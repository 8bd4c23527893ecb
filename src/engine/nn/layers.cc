#include "ibid/nn/layers.h"

#include "ibid/ops/dropout.h"

namespace ibid::nn {
namespace {

Variable optional(Tape& tape, Parameter* parameter) {
  return parameter == nullptr ? Variable() : tape.parameter(*parameter);
}

// (first, kernel..., last)
Shape weight_shape(int64_t first, const std::vector<int64_t>& kernel, int64_t last) {
  Shape shape{first};
  for (int64_t size : kernel) shape.append(size);
  shape.append(last);
  return shape;
}

int64_t product(const std::vector<int64_t>& values) {
  int64_t result = 1;
  for (int64_t value : values) result *= value;
  return result;
}

}  // namespace

Linear::Linear(int64_t in, int64_t out, bool bias, ops::Fused fused) : fused_(fused) {
  const Initializer initializer = Initializer::torch_default(in);
  weight_ = &add_parameter("weight", {out, in}, initializer);
  if (bias) bias_ = &add_parameter("bias", {out}, initializer);
}

Variable Linear::forward(Tape& tape, const Variable& x) {
  return ops::linear(tape, x, tape.parameter(*weight_), optional(tape, bias_), fused_);
}

Conv::Conv(int64_t in_channels, int64_t out_channels, const ConvLayerOptions& options) : options_(options.conv) {
  const int64_t group_channels = in_channels / options.conv.groups;
  const Initializer initializer = Initializer::torch_default(group_channels * product(options.kernel));
  weight_ = &add_parameter("weight", weight_shape(out_channels, options.kernel, group_channels), initializer);
  if (options.bias) bias_ = &add_parameter("bias", {out_channels}, initializer);
}

Variable Conv::forward(Tape& tape, const Variable& x) {
  return ops::conv(tape, x, tape.parameter(*weight_), optional(tape, bias_), options_);
}

ConvTranspose::ConvTranspose(int64_t in_channels, int64_t out_channels, const ConvTransposeLayerOptions& options)
    : options_(options.conv) {
  const int64_t group_channels = out_channels / options.conv.groups;
  // PyTorch takes the weight's second dim for the fan-in here, too.
  const Initializer initializer = Initializer::torch_default(group_channels * product(options.kernel));
  weight_ = &add_parameter("weight", weight_shape(in_channels, options.kernel, group_channels), initializer);
  if (options.bias) bias_ = &add_parameter("bias", {out_channels}, initializer);
}

Variable ConvTranspose::forward(Tape& tape, const Variable& x) {
  return ops::conv_transpose(tape, x, tape.parameter(*weight_), optional(tape, bias_), options_);
}

Variable Dropout::forward(Tape& tape, const Variable& x) { return ops::dropout(tape, x, p_, {layer(), this}); }

Variable ChannelDropout::forward(Tape& tape, const Variable& x) {
  return ops::channel_dropout(tape, x, p_, {layer(), this});
}

}  // namespace ibid::nn
