#include "ibid/nn/norm_layers.h"

namespace ibid::nn {
namespace {

Variable optional(Tape& tape, Parameter* parameter) {
  return parameter == nullptr ? Variable() : tape.parameter(*parameter);
}

}  // namespace

BatchNorm::BatchNorm(int64_t channels, double momentum, const NormLayerOptions& options)
    : momentum_(momentum), options_(options) {
  if (options.affine) {
    weight_ = &add_parameter("weight", {channels}, Initializer::constant(1));
    bias_ = &add_parameter("bias", {channels}, Initializer::constant(0));
  }
  running_mean_ = &add_buffer("running_mean", Tensor::zeros({channels}, DType::kF32));
  running_var_ = &add_buffer("running_var", Tensor::full({channels}, 1, DType::kF32));
}

Variable BatchNorm::forward(Tape& tape, const Variable& x) {
  return ops::batch_norm(tape, x, optional(tape, weight_), optional(tape, bias_),
                         {running_mean_, running_var_, momentum_}, options_.epsilon);
}

LayerNorm::LayerNorm(const Shape& shape, const NormLayerOptions& options) : shape_(shape), options_(options) {
  if (options.affine) {
    weight_ = &add_parameter("weight", shape, Initializer::constant(1));
    bias_ = &add_parameter("bias", shape, Initializer::constant(0));
  }
}

Variable LayerNorm::forward(Tape& tape, const Variable& x) {
  return ops::layer_norm(tape, x, shape_.n_dims(), optional(tape, weight_), optional(tape, bias_),
                         options_.epsilon);
}

GroupNorm::GroupNorm(int64_t groups, int64_t channels, const NormLayerOptions& options)
    : groups_(groups), options_(options) {
  if (options.affine) {
    weight_ = &add_parameter("weight", {channels}, Initializer::constant(1));
    bias_ = &add_parameter("bias", {channels}, Initializer::constant(0));
  }
}

Variable GroupNorm::forward(Tape& tape, const Variable& x) {
  return ops::group_norm(tape, x, groups_, optional(tape, weight_), optional(tape, bias_), options_.epsilon);
}

}  // namespace ibid::nn
