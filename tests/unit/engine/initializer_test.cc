#include "engine/nn/initialize.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/random_stream.h"
#include "ibid/errors.h"
#include "ibid/nn/layers.h"

namespace ibid::nn {
namespace {

TEST_CASE("uniform values come from the named stream, element by element") {
  const Initializer initializer = Initializer::uniform(-0.25, 0.5);
  const Tensor values = initial_values({3, 7}, initializer, 42, 5);
  RandomStream stream = RandomStream::create(42, {.purpose = RandomPurpose::kInit, .layer = 5}).value();
  for (int64_t e = 0; e < 21; ++e) {
    const float u = static_cast<float>(stream.next_uniform());
    CHECK(values.data<float>()[e] == std::fma(0.75f, u, -0.25f));
  }
}

// Computed apart from this program, from the text of sections 7.1 to 7.3.
TEST_CASE("the first values of a few initialisers, as every machine must have them") {
  const Tensor uniform = initial_values({4}, Initializer::torch_default(9), 1, 0);
  const Tensor normal = initial_values({4}, Initializer::normal(0.0, 1.0), 1, 0);
  CHECK(uniform.to_vector<float>() ==
        std::vector<float>{0x1.4d4dp-4f, 0x1.05eb4p-5f, -0x1.f29p-9f, 0x1.47f006p-2f});
  CHECK(normal.to_vector<float>() ==
        std::vector<float>{-0x1.dc69p-1f, -0x1.282298p-2f, 0x1.2d985cp+0f, -0x1.2afe16p-3f});
}

TEST_CASE("values depend on seed and index, and nothing else") {
  const Initializer initializer = Initializer::normal(0, 1);
  const Tensor values = initial_values({100}, initializer, 1, 2);
  CHECK(values.same_bits(initial_values({100}, initializer, 1, 2)));
  CHECK(values.same_bits(initial_values({10, 10}, initializer, 1, 2).reshape({100})));
  CHECK(values.slice(0, 0, 30).same_bits(initial_values({30}, initializer, 1, 2)));
  CHECK_FALSE(values.same_bits(initial_values({100}, initializer, 2, 2)));
  CHECK_FALSE(values.same_bits(initial_values({100}, initializer, 1, 3)));
}

void check_bounds(const Initializer& initializer, double bound) {
  const Tensor values = initial_values({4000}, initializer, 7, 0);
  double largest = 0, sum = 0;
  for (const float value : values.to_vector<float>()) {
    largest = std::max(largest, std::abs(static_cast<double>(value)));
    sum += static_cast<double>(value);
  }
  CHECK(largest <= bound * (1 + 1e-6));
  CHECK(largest >= bound * 0.99);
  CHECK(std::abs(sum / 4000) < bound * 0.05);
}

void check_deviation(const Initializer& initializer, double deviation) {
  const Tensor values = initial_values({4000}, initializer, 7, 0);
  double squares = 0, sum = 0;
  for (const float value : values.to_vector<float>()) {
    squares += static_cast<double>(value) * static_cast<double>(value);
    sum += static_cast<double>(value);
  }
  CHECK(std::sqrt(squares / 4000) == doctest::Approx(deviation).epsilon(0.05));
  CHECK(std::abs(sum / 4000) < deviation * 0.08);
}

TEST_CASE("bounds and deviations of the usual recipes") {
  check_bounds(Initializer::torch_default(25), 0.2);
  check_bounds(Initializer::kaiming_uniform(24), 0.5);
  check_bounds(Initializer::kaiming_uniform(6, 1.0), std::sqrt(0.5));
  check_bounds(Initializer::xavier_uniform(10, 14), 0.5);
  check_bounds(Initializer::xavier_uniform(10, 14, 2.0), 1.0);
  check_deviation(Initializer::kaiming_normal(8), 0.5);
  check_deviation(Initializer::xavier_normal(3, 5), 0.5);
  CHECK(initial_values({3}, Initializer::constant(1.5), 1, 0).same_bits(Tensor::full({3}, 1.5, DType::kF32)));
}

// --- modules ---

class Pair final : public Module {
 public:
  Pair()
      : first_(add_module("first", std::make_unique<Linear>(3, 2))),
        second_(add_module("second", std::make_unique<Linear>(2, 2, false))) {
    add_parameter("scale", {2}, Initializer::constant(2));
    count_ = &add_buffer("count", Tensor::zeros({1}, DType::kI64));
  }
  Variable forward(Tape& tape, const Variable& x) override {
    return second_.forward(tape, first_.forward(tape, x));
  }
  Linear& second() { return second_; }

 private:
  Linear& first_;
  Linear& second_;
  Tensor* count_;
};

TEST_CASE("a module names its state in order, numbers its parts and draws by parameter index") {
  Pair pair;
  pair.initialize(3);
  std::vector<std::string> names;
  for (const auto& [name, tensor] : pair.state_dict()) names.push_back(name);
  CHECK(names == std::vector<std::string>{"scale", "count", "first.weight", "first.bias", "second.weight"});
  CHECK(pair.layer() == 0);
  CHECK(pair.second().layer() == 2);
  const std::vector<Parameter*> parameters = pair.parameters();
  CHECK(parameters[3]->name == "second.weight");
  CHECK(parameters[3]->value.same_bits(initial_values({2, 2}, Initializer::torch_default(2), 3, 3)));
  pair.initialize(3, DType::kF64);
  CHECK(pair.parameters()[3]->value.same_bits(
      initial_values({2, 2}, Initializer::torch_default(2), 3, 3).to(DType::kF64)));
  CHECK(pair.state_dict()[1].second.dtype() == DType::kI64);
}

TEST_CASE("a state dict goes from model to model, and one that does not fit changes nothing") {
  Pair a, b;
  a.initialize(3);
  b.initialize(4);
  CHECK_FALSE(a.parameters()[1]->value.same_bits(b.parameters()[1]->value));
  const StateDict state = a.state_dict();
  b.load_state_dict(state);
  for (size_t i = 0; i < state.size(); ++i) CHECK(b.state_dict()[i].second.same_bits(state[i].second));
  b.parameters()[0]->value.fill(9);
  CHECK(a.parameters()[0]->value.data<float>()[0] == 2);
  StateDict missing(state.begin(), state.end() - 1), extra = state, other_shape = state;
  extra.emplace_back("more", Tensor::zeros({1}, DType::kF32));
  other_shape[2].second = Tensor::zeros({3, 2}, DType::kF32);
  for (const StateDict& bad : {missing, extra, other_shape})
    CHECK_THROWS_AS(b.load_state_dict(bad), ArgumentError);
  CHECK(b.parameters()[0]->value.data<float>()[0] == 9);
}

}  // namespace
}  // namespace ibid::nn
