// A short training through batch and group norm, transposed convolution, dropout and pooling: the loss
// falls, and weights, running statistics and losses have one signature on every instruction set and number of
// threads. A change that moves it says so and why.

#include <doctest/doctest.h>

#include "ibid/io/digest.h"
#include "ibid/nn/activations.h"
#include "ibid/nn/layers.h"
#include "ibid/nn/norm_layers.h"
#include "ibid/nn/pool_layers.h"
#include "ibid/nn/sequential.h"
#include "ibid/ops/loss.h"
#include "ibid/optim.h"
#include "support/kernel_fixture.h"

namespace ibid {
namespace {

const std::string kSignature = "b04c62e96689a8544715d9a19b68deda";

nn::ConvLayerOptions conv3x3() {
  nn::ConvLayerOptions options;
  options.kernel = {3, 3};
  options.conv.padding = {1};
  return options;
}

// An image to an image: down by a pool, up by a transposed convolution.
void build(nn::Sequential& net) {
  net.add<nn::Conv>(1, 8, conv3x3());
  net.add<nn::BatchNorm>(8);
  net.add<nn::Activation>(ops::relu);
  net.add<nn::MaxPool>(ops::PoolOptions{.kernel = {2}});
  net.add<nn::Conv>(8, 12, conv3x3());
  net.add<nn::GroupNorm>(3, 12);
  net.add<nn::Activation>(ops::silu);
  net.add<nn::Dropout>(0.1);
  nn::ConvTransposeLayerOptions up;
  up.kernel = {2, 2};
  up.conv.stride = {2};
  net.add<nn::ConvTranspose>(12, 8, up);
  net.add<nn::BatchNorm>(8);
  net.add<nn::LeakyRelu>(0.1);
  net.add<nn::AveragePool>(ops::PoolOptions{.kernel = {3}, .stride = {1}, .padding = {1}});
  net.add<nn::Conv>(8, 1, conv3x3());
}

struct Images {
  Tensor x, target;
};

// Squares of random places; the target is the square without its noise.
Images squares(int64_t n, uint64_t seed) {
  test::TestRandom random(seed);
  Images images{Tensor::zeros({n, 10, 10, 1}, DType::kF32), Tensor::zeros({n, 10, 10, 1}, DType::kF32)};
  for (int64_t i = 0; i < n; ++i) {
    const int64_t top = random.below(7), left = random.below(7);
    for (int64_t y = 0; y < 10; ++y) {
      for (int64_t x = 0; x < 10; ++x) {
        const bool inside = y >= top && y < top + 4 && x >= left && x < left + 4;
        const int64_t at = (i * 10 + y) * 10 + x;
        images.target.data<float>()[at] = inside ? 1.0f : 0.0f;
        images.x.data<float>()[at] =
            (inside ? 1.0f : 0.0f) + static_cast<float>(random.below(64) - 32) * 0x1p-6f;
      }
    }
  }
  return images;
}

TEST_CASE("the loss falls, and the signature is the one of every machine") {
  Context context({test::thread_count(), {}});
  nn::Sequential net;
  build(net);
  net.initialize(5);
  optim::Adam adam(net.parameters(), {.learning_rate = 0.02, .weight_decay = 0.01, .decoupled_decay = true});
  io::NamedDigests digests;
  std::vector<double> losses;
  for (uint32_t step = 0; step < 12; ++step) {
    const Images images = squares(7, 1 + step % 3);
    TapeOptions options;
    options.shards.samples_per_shard = 2;
    options.random = {5, step};
    Tape tape(context, options);
    adam.clear_gradients();
    const Variable loss = ops::mse_loss(tape, net.forward(tape, tape.batch(images.x)), images.target);
    tape.backward(loss);
    optim::clip_gradient_norm(context, net.parameters(), 1.0);
    adam.step(context);
    losses.push_back(loss.value().item());
    digests.emplace_back("loss" + std::to_string(step), io::tensor_digest(loss.value()));
  }
  CHECK(losses.back() < 0.5 * losses.front());
  for (const auto& [name, tensor] : net.state_dict())
    digests.emplace_back("model." + name, io::tensor_digest(tensor));
  CHECK(io::tree_digest(digests).hex() == kSignature);
}

}  // namespace
}  // namespace ibid
