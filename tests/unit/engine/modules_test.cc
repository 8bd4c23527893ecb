// Modules are their operations with parameters and buffers named as in PyTorch.

#include <doctest/doctest.h>

#include <cmath>

#include "ibid/nn/activations.h"
#include "ibid/nn/embedding.h"
#include "ibid/nn/layers.h"
#include "ibid/nn/norm_layers.h"
#include "ibid/nn/pool_layers.h"
#include "ibid/nn/sequential.h"
#include "ibid/ops/reduce.h"

namespace ibid::nn {
namespace {

std::vector<std::string> names_of(const Module& module) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : module.state_dict()) names.push_back(name);
  return names;
}

const Tensor& state_of(const StateDict& state, const std::string& name) {
  for (const auto& [own, tensor] : state) {
    if (own == name) return tensor;
  }
  throw ArgumentError("no " + name);
}

Tensor counted(const Shape& shape) {
  Tensor x = Tensor::arange(shape.n_elements(), DType::kF32).reshape(shape);
  for (int64_t i = 0; i < x.n_elements(); ++i)
    x.data<float>()[i] = static_cast<float>(i * 37 % 19) * 0.25f - 2.0f;
  return x;
}

TEST_CASE("sequential names its parts by number and runs them in order") {
  Sequential net;
  net.add<Linear>(3, 4);
  net.add<Activation>(ops::relu);
  net.add<LayerNorm>(Shape{4});
  Linear& last = net.add<Linear>(4, 2, false);
  net.initialize(1);
  CHECK(net.size() == 4);
  CHECK(last.layer() == 4);
  CHECK(names_of(net) == std::vector<std::string>{"0.weight", "0.bias", "2.weight", "2.bias", "3.weight"});
  Context context;
  Tape tape(context);
  const Variable x = tape.batch(counted({5, 3}));
  const StateDict state = net.state_dict();
  const auto constant = [&](const char* name) { return tape.constant(state_of(state, name)); };
  Variable h = ops::linear(tape, x, constant("0.weight"), constant("0.bias"), ops::Fused::kRelu);
  h = ops::layer_norm(tape, h, 1, constant("2.weight"), constant("2.bias"));
  h = ops::linear(tape, h, constant("3.weight"));
  CHECK(net.forward(tape, x).value().same_bits(h.value()));
  Sequential empty;
  CHECK(empty.forward(tape, x).value().same_bits(x.value()));
}

TEST_CASE("activations, softmaxes and pools are their operations") {
  Context context;
  Tape tape(context);
  const Variable x = tape.batch(counted({2, 5, 4}));
  CHECK(Activation(ops::gelu).forward(tape, x).value().same_bits(ops::gelu(tape, x).value()));
  CHECK(LeakyRelu(0.2).forward(tape, x).value().same_bits(ops::leaky_relu(tape, x, 0.2).value()));
  CHECK(Softmax(1).forward(tape, x).value().same_bits(ops::softmax(tape, x, 1).value()));
  CHECK(LogSoftmax().forward(tape, x).value().same_bits(ops::log_softmax(tape, x).value()));
  const ops::PoolOptions options{.kernel = {3}, .stride = {2}, .padding = {1}};
  CHECK(MaxPool(options).forward(tape, x).value().same_bits(ops::max_pool(tape, x, options).value()));
  CHECK(AveragePool(options).forward(tape, x).value().same_bits(ops::average_pool(tape, x, options).value()));
}

TEST_CASE("batch norm keeps running statistics as PyTorch names them") {
  BatchNorm norm(2, 0.25);
  norm.initialize(1);
  CHECK(names_of(norm) == std::vector<std::string>{"weight", "bias", "running_mean", "running_var"});
  Context context;
  const Tensor x = Tensor::from_values<float>({4, 2}, {1, 0, 3, 0, 5, 0, 7, 8});
  {
    Tape tape(context);
    const Tensor y = norm.forward(tape, tape.batch(x)).value();
    CHECK(static_cast<double>(y.data<float>()[0]) == doctest::Approx(-3 / std::sqrt(5 + 1e-5)).epsilon(1e-6));
  }
  const StateDict state = norm.state_dict();
  // Mean 4 and 2, unbiased variance 20/3 and 16; momentum 1/4.
  CHECK(state_of(state, "running_mean").to_vector<float>() == std::vector<float>{1.0f, 0.5f});
  const std::vector<float> variance = state_of(state, "running_var").to_vector<float>();
  CHECK(variance[0] == std::fma(0.25f, 20.0f / 3.0f - 1.0f, 1.0f));
  CHECK(variance[1] == 4.75f);
  TapeOptions evaluation;
  evaluation.training = false;
  Tape tape(context, evaluation);
  const Tensor y = norm.forward(tape, tape.batch(x)).value();
  CHECK(static_cast<double>(y.data<float>()[1]) ==
        doctest::Approx(-0.5 / std::sqrt(4.75 + 1e-5)).epsilon(1e-6));
  CHECK(state_of(norm.state_dict(), "running_mean").to_vector<float>() == std::vector<float>{1.0f, 0.5f});
  BatchNorm plain(2, 0.1, {.affine = false});
  CHECK(names_of(plain) == std::vector<std::string>{"running_mean", "running_var"});
}

TEST_CASE("layer and group norm, with and without parameters") {
  CHECK(names_of(LayerNorm({3, 4})) == std::vector<std::string>{"weight", "bias"});
  CHECK(names_of(GroupNorm(2, 4, {.affine = false})).empty());
  GroupNorm norm(2, 4);
  norm.initialize(1);
  Context context;
  Tape tape(context);
  const Variable x = tape.batch(counted({2, 5, 4}));
  CHECK(norm.forward(tape, x).value().same_bits(ops::group_norm(tape, x, 2, {}, {}).value()));
}

TEST_CASE("an embedding looks rows up and trains those it met") {
  Embedding embedding(6, 3, 4);
  embedding.initialize(1);
  Context context;
  Tape tape(context);
  const Tensor indices = Tensor::from_values<int64_t>({2, 2}, {1, 4, 1, 0});
  const Variable y = embedding.forward(tape, tape.batch(indices));
  CHECK(y.shape() == Shape{2, 2, 3});
  CHECK(y.batched());
  const Tensor table = embedding.parameters()[0]->value;
  CHECK(y.value().select(0, 0).select(0, 1).same_bits(table.select(0, 4)));
  tape.backward(ops::sum(tape, y));
  const Tensor gradient = embedding.parameters()[0]->gradient;
  CHECK(gradient.select(0, 1).same_bits(Tensor::full({3}, 2, DType::kF32)));
  CHECK(gradient.select(0, 4).same_bits(Tensor::zeros({3}, DType::kF32)));
  CHECK(gradient.select(0, 5).same_bits(Tensor::zeros({3}, DType::kF32)));
}

}  // namespace
}  // namespace ibid::nn
