// Linear layers, convolutions, pooling, resampling, normalisation, dropout and losses.

#include "ibid/ops/conv.h"
#include "ibid/ops/dropout.h"
#include "ibid/ops/linear.h"
#include "ibid/ops/loss.h"
#include "ibid/ops/norm.h"
#include "ibid/ops/pool.h"
#include "ibid/ops/resample.h"
#include "verify/conformance_call.h"

namespace ibid::verify {
namespace {

using Call = ConformanceCall;

ops::Fused fused_of(const Call& c) {
  return c.text("fused") == "relu" ? ops::Fused::kRelu : ops::Fused::kNone;
}

void linear(Call& c) {
  const Variable x = c.variable("x"), w = c.variable("w"), b = c.optional_variable("b");
  c.differentiate(ops::linear(c.tape(), x, w, b, fused_of(c)));
}

void matmul(Call& c) {
  const Variable a = c.variable("a"), b = c.variable("b");
  c.differentiate(ops::matmul(c.tape(), a, b));
}

void conv(Call& c) {
  const Variable x = c.variable("x"), w = c.variable("w"), b = c.optional_variable("b");
  const ops::ConvOptions options{c.list("stride", {1}), c.list("padding", {0}), c.list("dilation", {1}),
                                 c.integer("groups", 1), fused_of(c)};
  c.differentiate(ops::conv(c.tape(), x, w, b, options));
}

void conv_transpose(Call& c) {
  const Variable x = c.variable("x"), w = c.variable("w"), b = c.optional_variable("b");
  const ops::ConvTransposeOptions options{c.list("stride", {1}),         c.list("padding", {0}),
                                          c.list("output_padding", {0}), c.list("dilation", {1}),
                                          c.integer("groups", 1),        fused_of(c)};
  c.differentiate(ops::conv_transpose(c.tape(), x, w, b, options));
}

ops::PoolOptions pool_options(const Call& c) {
  return {c.list("kernel", {2}),   c.list("stride", {}),          c.list("padding", {0}),
          c.list("dilation", {1}), c.integer("round_up", 0) != 0, c.integer("count_padding", 1) != 0};
}

void upsample(Call& c) {
  ops::UpsampleOptions options;
  options.out_size = c.list("out_size", {2});
  if (c.text("mode") == "linear") options.mode = ops::UpsampleMode::kLinear;
  options.align_corners = c.integer("align_corners", 0) != 0;
  c.differentiate(ops::upsample(c.tape(), c.variable("x"), options));
}

void batch_norm(Call& c) {
  const Variable x = c.variable("x"), gamma = c.optional_variable("gamma"),
                 beta = c.optional_variable("beta");
  Tensor mean = c.has("mean") ? c.tensor("mean") : Tensor();
  Tensor variance = c.has("variance") ? c.tensor("variance") : Tensor();
  ops::BatchNormState state;
  if (mean.defined() && variance.defined()) state = {&mean, &variance, c.number("momentum", 0.1)};
  const Variable y = ops::batch_norm(c.tape(), x, gamma, beta, state, c.number("epsilon", 1e-5));
  if (mean.defined() && variance.defined()) {
    c.output("mean", mean);
    c.output("variance", variance);
  }
  c.differentiate(y);
}

void layer_norm(Call& c) {
  const Variable x = c.variable("x"), gamma = c.optional_variable("gamma"),
                 beta = c.optional_variable("beta");
  c.differentiate(
      ops::layer_norm(c.tape(), x, c.integer("n_dims", 1), gamma, beta, c.number("epsilon", 1e-5)));
}

void group_norm(Call& c) {
  const Variable x = c.variable("x"), gamma = c.optional_variable("gamma"),
                 beta = c.optional_variable("beta");
  c.differentiate(
      ops::group_norm(c.tape(), x, c.integer("groups", 1), gamma, beta, c.number("epsilon", 1e-5)));
}

template <Variable (*function)(Tape&, const Variable&, double, const ops::DropoutKey&)>
void dropout(Call& c) {
  const ops::DropoutKey key{static_cast<int32_t>(c.integer("layer", 0)), &c};
  for (int64_t call = 0; call < c.integer("call", 0); ++call) c.tape().next_call(&c);
  c.differentiate(function(c.tape(), c.variable("x"), c.number("p", 0.5), key));
}

ops::Reduction reduction_of(const Call& c) {
  return c.text("reduction") == "sum" ? ops::Reduction::kSum : ops::Reduction::kMean;
}

Tensor optional_tensor(const Call& c, const std::string& name) {
  return c.has(name) ? c.tensor(name) : Tensor();
}

template <Variable (*function)(Tape&, const Variable&, const Tensor&, const ops::ClassLossOptions&)>
void class_loss(Call& c) {
  ops::ClassLossOptions options;
  options.class_weights = optional_tensor(c, "class_weights");
  if (c.text("ignore_index")) options.ignore_index = c.integer("ignore_index", 0);
  options.label_smoothing = c.number("label_smoothing", 0.0);
  options.reduction = reduction_of(c);
  c.differentiate_loss(function(c.tape(), c.variable("x"), c.tensor("targets"), options));
}

void focal_loss(Call& c) {
  const ops::FocalLossOptions options{c.number("gamma", 2.0), optional_tensor(c, "class_weights"),
                                      reduction_of(c)};
  c.differentiate_loss(ops::focal_loss(c.tape(), c.variable("x"), c.tensor("targets"), options));
}

template <Variable (*function)(Tape&, const Variable&, const Tensor&, ops::Reduction)>
void value_loss(Call& c) {
  c.differentiate_loss(function(c.tape(), c.variable("x"), c.tensor("targets"), reduction_of(c)));
}

void bce_with_logits_loss(Call& c) {
  std::optional<double> weight;
  if (c.text("positive_weight")) weight = c.number("positive_weight", 1.0);
  c.differentiate_loss(
      ops::bce_with_logits_loss(c.tape(), c.variable("x"), c.tensor("targets"), weight, reduction_of(c)));
}

constexpr ConformanceOperation kOperations[] = {
    {"linear", linear},
    {"matmul", matmul},
    {"conv", conv},
    {"conv_transpose", conv_transpose},
    {"max_pool", [](Call& c) { c.differentiate(ops::max_pool(c.tape(), c.variable("x"), pool_options(c))); }},
    {"average_pool",
     [](Call& c) { c.differentiate(ops::average_pool(c.tape(), c.variable("x"), pool_options(c))); }},
    {"adaptive_max_pool",
     [](Call& c) {
       c.differentiate(ops::adaptive_max_pool(c.tape(), c.variable("x"), c.list("out_size", {1})));
     }},
    {"adaptive_average_pool",
     [](Call& c) {
       c.differentiate(ops::adaptive_average_pool(c.tape(), c.variable("x"), c.list("out_size", {1})));
     }},
    {"upsample", upsample},
    {"batch_norm", batch_norm},
    {"layer_norm", layer_norm},
    {"group_norm", group_norm},
    {"dropout", dropout<ops::dropout>},
    {"channel_dropout", dropout<ops::channel_dropout>},
    {"nll_loss", class_loss<ops::nll_loss>},
    {"cross_entropy_loss", class_loss<ops::cross_entropy_loss>},
    {"focal_loss", focal_loss},
    {"mse_loss", value_loss<ops::mse_loss>},
    {"mae_loss", value_loss<ops::mae_loss>},
    {"bce_with_logits_loss", bce_with_logits_loss},
};

}  // namespace

std::span<const ConformanceOperation> layer_operations() { return kOperations; }

}  // namespace ibid::verify
