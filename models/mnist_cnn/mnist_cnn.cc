#include "models/mnist_cnn/mnist_cnn.h"

#include "ibid/ops/elementwise.h"
#include "ibid/ops/pool.h"
#include "ibid/ops/shape.h"

namespace ibid::models {
namespace {

std::unique_ptr<nn::Conv> conv3x3_relu(int64_t in_channels, int64_t out_channels) {
  nn::ConvLayerOptions options;
  options.kernel = {3, 3};
  options.conv.fused = ops::Fused::kRelu;
  return std::make_unique<nn::Conv>(in_channels, out_channels, options);
}

}  // namespace

MnistCnn::MnistCnn()
    : conv1_(add_module("conv1", conv3x3_relu(1, 32))),
      conv2_(add_module("conv2", conv3x3_relu(32, 64))),
      dropout1_(add_module("dropout1", std::make_unique<nn::ChannelDropout>(0.25))),
      fc1_(add_module("fc1", std::make_unique<nn::Linear>(9216, 128, true, ops::Fused::kRelu))),
      dropout2_(add_module("dropout2", std::make_unique<nn::Dropout>(0.25))),
      fc2_(add_module("fc2", std::make_unique<nn::Linear>(128, 10))) {}

Variable MnistCnn::forward(Tape& tape, const Variable& x) {
  Variable h = conv2_.forward(tape, conv1_.forward(tape, x));
  h = dropout1_.forward(tape, ops::max_pool(tape, h, {.kernel = {2}}));
  h = fc1_.forward(tape, ops::flatten(tape, h));
  h = fc2_.forward(tape, dropout2_.forward(tape, h));
  return ops::log_softmax(tape, h);
}

}  // namespace ibid::models
