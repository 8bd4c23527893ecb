#include "ibid/tape.h"

#include <doctest/doctest.h>

#include "ibid/ops/conv.h"
#include "ibid/ops/elementwise.h"
#include "ibid/ops/loss.h"
#include "ibid/ops/pool.h"
#include "ibid/ops/reduce.h"

namespace ibid {
namespace {

// An operation whose contribution to its input is `contribution`, whatever arrives.
Variable contributes(Tape& tape, const Variable& x, float contribution, std::vector<int>* log = nullptr,
                     int number = 0) {
  return tape.record(Tensor::scalar(0.0), {x}, [=](Backward& b) {
    if (log != nullptr) log->push_back(number);
    b.add(0, Tensor::from_values<float>({}, {contribution}));
  });
}

TEST_CASE("contributions add up from the latest operation to the first") {
  Context context;
  Parameter w{"w", Tensor::scalar(0.0), {}, true};
  Tape tape(context);
  const Variable x = tape.parameter(w);
  std::vector<int> log;
  // (1 + 2^24) + -2^24 = 0 in f32, but 1 + (2^24 + -2^24) = 1: only one order gives 0.
  const Variable first = contributes(tape, x, -0x1p24f, &log, 1);
  const Variable second = contributes(tape, x, 0x1p24f, &log, 2);
  const Variable third = contributes(tape, x, 1.0f, &log, 3);
  tape.backward(ops::add(tape, ops::add(tape, first, second), third));
  CHECK(log == std::vector<int>{3, 2, 1});
  CHECK(w.gradient.item() == 0.0);
}

TEST_CASE("within one operation the inputs contribute in ascending order") {
  Context context;
  Parameter w{"w", Tensor::scalar(0.0), {}, true};
  Tape tape(context);
  const Variable x = tape.parameter(w);
  tape.backward(tape.record(Tensor::scalar(0.0), {x, x, x}, [](Backward& b) {
    b.add(0, Tensor::scalar(1.0));
    b.add(1, Tensor::scalar(0x1p24));
    b.add(2, Tensor::scalar(-0x1p24));
  }));
  CHECK(w.gradient.item() == 0.0);
}

TEST_CASE("what the loss does not depend on gets no gradient, or zeros where one was asked for") {
  Context context;
  Parameter used{"used", Tensor::full({2}, 2.0, DType::kF32), {}, true};
  Parameter unused{"unused", Tensor::zeros({2}, DType::kF32), {}, true};
  Parameter frozen{"frozen", Tensor::full({2}, 3.0, DType::kF32), {}, false};
  Tape tape(context);
  const Variable x = tape.batch(Tensor::full({4, 2}, 1.0, DType::kF32), true);
  const Variable aside = tape.batch(Tensor::zeros({4}, DType::kF32), true);
  tape.parameter(unused);
  const Variable y = ops::mul(tape, ops::mul(tape, x, tape.parameter(used)), tape.parameter(frozen));
  CHECK(y.batched());
  tape.backward(ops::sum(tape, y));
  CHECK(used.gradient.same_bits(Tensor::full({2}, 12.0, DType::kF32)));
  CHECK_FALSE(unused.gradient.defined());
  CHECK_FALSE(frozen.gradient.defined());
  CHECK(tape.gradient(x).same_bits(Tensor::full({4, 2}, 6.0, DType::kF32)));
  CHECK(tape.gradient(aside).same_bits(Tensor::zeros({4}, DType::kF32)));
}

TEST_CASE("without gradients nothing is recorded") {
  Context context;
  Parameter w{"w", Tensor::scalar(2.0), {}, true};
  TapeOptions options;
  options.record_gradients = false;
  Tape tape(context, options);
  const Variable y = ops::exp(tape, tape.parameter(w));
  CHECK_FALSE(y.needs_gradient());
  tape.backward(y);
  CHECK_FALSE(w.gradient.defined());
}

TEST_CASE("backward starts from one element, batches fit together") {
  Context context;
  Tape tape(context);
  const Variable x = tape.batch(Tensor::zeros({4, 2}, DType::kF32), true);
  CHECK_THROWS_AS(tape.backward(x), ShapeError);
  CHECK_NOTHROW(tape.batch(Tensor::zeros({8}, DType::kF32)));
  CHECK_THROWS_AS(tape.batch(Tensor::zeros({6}, DType::kF32)), ShapeError);
  CHECK_THROWS_AS(tape.batch(Tensor::scalar(1.0)), ShapeError);
}

TEST_CASE("each loss of a pass keeps the sums of its own shards, with gradients or without") {
  Context context;
  for (const bool gradients : {true, false}) {
    CAPTURE(gradients);
    Parameter w{"w", Tensor::full({2}, 3.0, DType::kF32), {}, true};
    TapeOptions options;
    options.record_gradients = gradients;
    options.shards.samples_per_shard = 2;
    Tape tape(context, options);
    const Variable x = tape.batch(Tensor::from_values<float>({3, 1}, {1, 2, 4}), gradients);
    const Tensor zeros = Tensor::zeros({3, 1}, DType::kF32);
    const Variable absolute = ops::mae_loss(tape, x, zeros);
    const Variable squared = ops::mse_loss(tape, x, zeros, ops::Reduction::kSum);
    const Variable penalty = ops::mse_loss(tape, tape.parameter(w), Tensor::zeros({2}, DType::kF32));
    const Variable total = ops::add(tape, ops::add(tape, absolute, squared), penalty);
    CHECK(tape.loss_shards(absolute) == std::vector<double>{3, 4});
    CHECK(tape.loss_shards(squared) == std::vector<double>{5, 16});
    for (const Variable& other : {penalty, total, x, Variable()}) {
      CHECK_THROWS_AS(tape.loss_shards(other), ArgumentError);
    }
    CHECK_THROWS_WITH_AS(tape.loss_shards(penalty), doctest::Contains("a penalty or a sum of losses"),
                         ArgumentError);
  }
}

// The weight's gradient of a convolution with a ReLU, fused or not, that is pooled `n_pools` times.
Tensor pooled_gradient(bool fused, int n_pools) {
  Context context;
  std::vector<float> numbers(4 * 6 * 6 * 2);
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>((i * 37) % 41) - 20.0f;
  Parameter w{
      "w", Tensor::from_values<float>({3, 1, 1, 2}, {0.5f, -0.25f, -1.0f, 0.75f, -0.5f, -0.5f}), {}, true};
  Tape tape(context);
  const Variable x = tape.batch(Tensor::from_values<float>({4, 6, 6, 2}, numbers));
  ops::ConvOptions options;
  options.fused = fused ? ops::Fused::kRelu : ops::Fused::kNone;
  Variable h = ops::conv(tape, x, tape.parameter(w), {}, options);
  if (!fused) h = ops::relu(tape, h);
  Variable sum = ops::sum(tape, ops::max_pool(tape, h, {.kernel = {2}}));
  for (int i = 1; i < n_pools; ++i) {
    sum = ops::add(tape, sum, ops::sum(tape, ops::max_pool(tape, h, {.kernel = {3}, .stride = {1}})));
  }
  tape.backward(sum);
  return w.gradient;
}

TEST_CASE("a fused ReLU's mask applied by the pooling above is the same gradient") {
  for (int n_pools : {1, 2}) {
    CAPTURE(n_pools);
    const Tensor gradient = pooled_gradient(true, n_pools);
    CHECK(gradient.same_bits(pooled_gradient(false, n_pools)));
    CHECK_FALSE(gradient.same_bits(Tensor::zeros({3, 1, 1, 2}, DType::kF32)));
  }
}

TEST_CASE("calls of a module are counted within a pass") {
  Context context;
  const int a = 0, b = 0;
  Tape tape(context);
  CHECK(tape.next_call(&a) == 0);
  CHECK(tape.next_call(&a) == 1);
  CHECK(tape.next_call(&b) == 0);
  CHECK(Tape(context).next_call(&a) == 0);
}

TEST_CASE("the default shard is a quarter of the batch, 1 to 16 samples") {
  CHECK(ShardPlan::default_samples_per_shard(1) == 1);
  CHECK(ShardPlan::default_samples_per_shard(4) == 1);
  CHECK(ShardPlan::default_samples_per_shard(11) == 2);
  CHECK(ShardPlan::default_samples_per_shard(64) == 16);
  CHECK(ShardPlan::default_samples_per_shard(512) == 16);
  Context context;
  TapeOptions options;
  options.shards.samples_per_shard = 0;
  CHECK_THROWS_AS(Tape(context, options), ArgumentError);
}

}  // namespace
}  // namespace ibid
