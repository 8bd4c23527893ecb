#pragma once

#include "ibid/nn/layers.h"

namespace ibid::models {

// The digit classifier of PyTorch's MNIST example: two 3 x 3 convolutions, a maximum over 2 x 2, two linear layers,
// dropout before each of them. 1,199,882 parameters.
// Shapes: x (n, 28, 28, 1); result (n, 10), log-probabilities.
class MnistCnn final : public nn::Module {
 public:
  MnistCnn();
  Variable forward(Tape& tape, const Variable& x) override;

 private:
  nn::Conv& conv1_;
  nn::Conv& conv2_;
  nn::ChannelDropout& dropout1_;
  nn::Linear& fc1_;
  nn::Dropout& dropout2_;
  nn::Linear& fc2_;
};

}  // namespace ibid::models
