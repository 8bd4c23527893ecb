// Section 6: whoever computes the gradient shards, and whenever they are added, the bits are the same.

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>

#include "engine/autograd/shards.h"
#include "engine/autograd/subtrees.h"
#include "ibid/ops/conv.h"
#include "ibid/ops/dropout.h"
#include "ibid/ops/elementwise.h"
#include "ibid/ops/index.h"
#include "ibid/ops/linear.h"
#include "ibid/ops/loss.h"
#include "ibid/ops/norm.h"
#include "ibid/ops/pool.h"
#include "ibid/ops/reduce.h"
#include "ibid/ops/shape.h"
#include "property/shards/options.h"
#include "support/kernel_fixture.h"

namespace ibid::test {
namespace {

constexpr int64_t kClasses = 5;

// A model with every way a parameter can be reached: by kernels that fold shards themselves (conv, linear,
// bias), used twice, through an operation between parameters, by an embedding, by a norm, broadcast, and by a
// term without samples.
class Model {
 public:
  explicit Model(bool with_penalty = true) : with_penalty_(with_penalty) {
    add("conv.weight", {4, 3, 3, 2});
    add("conv.bias", {4});
    add("transposed.weight", {4, 2, 2, 3});
    add("norm.gamma", {3});
    add("norm.beta", {3});
    add("shared.weight", {6, 6});
    add("scaled.weight", {6, 6});
    add("table", {7, 6});
    add("row", {1, 6});
    add("out.weight", {kClasses, 6});
    add("out.bias", {kClasses});
    add("unused", {3});
  }

  std::vector<Parameter*> parameters() {
    std::vector<Parameter*> result;
    for (const auto& own : parameters_) result.push_back(own.get());
    return result;
  }

  Variable loss(Tape& tape, const Tensor& x, const Tensor& words, const Tensor& targets) {
    const auto p = [&](size_t i) { return tape.parameter(*parameters_[i]); };
    ops::ConvOptions same;
    same.padding = {1};
    same.fused = ops::Fused::kRelu;
    Variable h = ops::conv(tape, tape.batch(x), p(0), p(1), same);
    h = ops::max_pool(tape, h, {.kernel = {2}});
    ops::ConvTransposeOptions twice;
    twice.stride = {2};
    h = ops::conv_transpose(tape, h, p(2), {}, twice);
    h = ops::group_norm(tape, h, 1, p(3), p(4));
    h = ops::mean(tape, ops::reshape(tape, h, {x.size(0), 8, 6}), {{1}});
    static const int module = 0;
    h = ops::dropout(tape, h, 0.3, {1, &module});
    h = ops::linear(tape, h, p(5));
    h = ops::tanh(tape, ops::linear(tape, h, p(5)));
    h = ops::matmul(tape, h, ops::mul_scalar(tape, p(6), -2.0));
    h = ops::add(tape, h, ops::sum(tape, ops::embedding(tape, words, p(7)), {{1}}));
    h = ops::mul(tape, h, p(8));
    h = ops::linear(tape, h, p(9), p(10));
    Variable loss = ops::cross_entropy_loss(tape, h, targets, {.label_smoothing = 0.1});
    if (!with_penalty_) return loss;
    loss = ops::add(tape, loss, ops::mul_scalar(tape, ops::sum(tape, ops::mul(tape, p(5), p(5))), 0.01));
    return ops::add(tape, loss, ops::mse_loss(tape, p(6), Tensor::zeros({6, 6}, DType::kF32)));
  }

 private:
  void add(const char* name, const Shape& shape) {
    const uint64_t salt = 100 + parameters_.size();
    parameters_.push_back(
        std::make_unique<Parameter>(Parameter{name, f32(random_tensor(shape, salt, -0.7, 0.7)), {}, true}));
  }

  bool with_penalty_;
  std::vector<std::unique_ptr<Parameter>> parameters_;
};

struct Batch {
  Tensor x, words, targets;
  int64_t size() const { return x.size(0); }
  Batch part(int64_t begin, int64_t end) const {
    return {x.slice(0, begin, end), words.slice(0, begin, end), targets.slice(0, begin, end)};
  }
};

Batch batch_of(int64_t n) {
  return {f32(random_tensor({n, 4, 4, 2}, 1)), random_indices({n, 3}, 7, 2),
          random_indices({n}, kClasses, 3)};
}

struct Outcome {
  std::vector<Tensor> gradients;
  float loss = 0;
};

Outcome folded_in_kernels(Context& context, const Batch& batch) {
  Model model;
  Tape tape(context, options_for(0, 0));
  const Variable loss = model.loss(tape, batch.x, batch.words, batch.targets);
  tape.backward(loss);
  Outcome outcome;
  for (const Parameter* p : model.parameters()) outcome.gradients.push_back(p->gradient);
  outcome.loss = static_cast<float>(loss.value().item());
  return outcome;
}

// Every worker ships the fewest subtrees; a collector makes the rest of the tree of them.
std::vector<Tensor> by_workers(Context& context, const Batch& batch, const std::vector<int64_t>& borders) {
  Model model;
  const std::vector<Parameter*> parameters = model.parameters();
  std::vector<autograd::SubtreeBuilder> trees(parameters.size(), autograd::SubtreeBuilder(context));
  std::vector<Tensor> without_samples(parameters.size());
  for (size_t w = 0; w + 1 < borders.size(); ++w) {
    if (borders[w] == borders[w + 1]) continue;
    const int64_t first = borders[w] * kPerShard, end = std::min(batch.size(), borders[w + 1] * kPerShard);
    Tape tape(context, options_for(first, batch.size()));
    tape.set_fold_shards(false);
    const Batch part = batch.part(first, end);
    for (Parameter* p : parameters) p->gradient = Tensor();
    tape.backward(model.loss(tape, part.x, part.words, part.targets));
    for (size_t i = 0; i < parameters.size(); ++i) {
      without_samples[i] = parameters[i]->gradient;
      const Tensor& shards = tape.shard_gradients(*parameters[i]);
      if (!shards.defined()) continue;
      CHECK(shards.size(0) == borders[w + 1] - borders[w]);
      autograd::SubtreeBuilder own(context);
      own.push_shards(shards, borders[w]);
      std::vector<autograd::Subtree> shipped = own.take();
      CHECK(shipped.size() <= 6);
      for (autograd::Subtree& node : shipped) trees[i].push(std::move(node));
    }
  }
  std::vector<Tensor> result;
  for (size_t i = 0; i < parameters.size(); ++i) {
    Tensor gradient = trees[i].collapse();
    if (without_samples[i].defined()) {
      gradient =
          gradient.defined() ? autograd::add_into(context, gradient, without_samples[i]) : without_samples[i];
    }
    result.push_back(gradient);
  }
  return result;
}

void check_same(const std::vector<Tensor>& found, const std::vector<Tensor>& expected) {
  Model names;
  REQUIRE(found.size() == expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    CAPTURE(names.parameters()[i]->name);
    REQUIRE(found[i].defined() == expected[i].defined());
    if (found[i].defined()) CHECK(found[i].same_bits(expected[i]));
  }
}

TEST_CASE("1 to 9 shards, ragged or not, cut among 1 to 5 workers at any border give the same bits") {
  CAPTURE(test_seed());
  Context context({thread_count(), {}});
  TestRandom random(test_seed());
  for (int64_t n_shards = 1; n_shards <= 9; ++n_shards) {
    for (const int64_t missing : {0, 1}) {
      const Batch batch = batch_of(n_shards * kPerShard - missing);
      CAPTURE(batch.size());
      const std::vector<Tensor> expected = folded_in_kernels(context, batch).gradients;
      CHECK_FALSE(expected.back().defined());  // "unused"
      for (int64_t workers = 1; workers <= 5; ++workers) {
        std::vector<int64_t> even, uneven{0};
        for (int64_t w = 0; w <= workers; ++w) even.push_back(n_shards * w / workers);
        for (int64_t w = 1; w < workers; ++w) uneven.push_back(random.below(n_shards + 1));
        uneven.push_back(n_shards);
        std::sort(uneven.begin(), uneven.end());
        CAPTURE(workers);
        check_same(by_workers(context, batch, even), expected);
        if (missing == 1) check_same(by_workers(context, batch, uneven), expected);
      }
    }
  }
}

TEST_CASE("shards kept and folded afterwards equal shards folded by the kernels") {
  Context context({thread_count(), {}});
  const Batch batch = batch_of(13);
  const std::vector<Tensor> expected = folded_in_kernels(context, batch).gradients;
  Model model;
  Tape tape(context, options_for(0, 0));
  tape.set_fold_shards(false);
  tape.backward(model.loss(tape, batch.x, batch.words, batch.targets));
  std::vector<Tensor> found;
  for (Parameter* p : model.parameters()) {
    const Tensor& shards = tape.shard_gradients(*p);
    Tensor gradient = shards.defined() ? autograd::fold_shards(context, shards) : Tensor();
    if (p->gradient.defined()) gradient = autograd::add_into(context, gradient, p->gradient);
    found.push_back(gradient);
  }
  check_same(found, expected);
}

TEST_CASE("the tree is (0,1)(2,3)... level by level, and a node without sibling passes up") {
  Context context;
  TestRandom random(3);
  for (int64_t n = 1; n <= 33; ++n) {
    Tensor shards = f32(random_tensor({n, 3}, 40 + static_cast<uint64_t>(n)));
    std::vector<float> level(static_cast<size_t>(n));
    for (int64_t s = 0; s < n; ++s) level[static_cast<size_t>(s)] = shards.data<float>()[3 * s + 1];
    while (level.size() > 1) {
      std::vector<float> next;
      for (size_t i = 0; i < level.size(); i += 2)
        next.push_back(i + 1 < level.size() ? level[i] + level[i + 1] : level[i]);
      level = next;
    }
    CAPTURE(n);
    CHECK(same(autograd::fold_shards(context, shards).data<float>()[1], level[0]));
    autograd::SubtreeBuilder builder(context);
    builder.push_shards(shards, 0);
    CHECK(same(builder.collapse().data<float>()[1], level[0]));
  }
  CHECK(autograd::fold_tree({}) == 0.0);
  CHECK(autograd::fold_tree({0x1p53, 1.0, 1.0, -0x1p53}) == (0x1p53 + 1.0) + (1.0 - 0x1p53));
}

TEST_CASE("a shard's part through an operation between parameters is closed") {
  // w * -2: a shard without gradient would otherwise be -0.
  Context context;
  Parameter w{"w", Tensor::full({2}, 1.0, DType::kF32), {}, true};
  Tape tape(context, options_for(0, 0));
  tape.set_fold_shards(false);
  const Variable x = tape.batch(Tensor::zeros({3, 2}, DType::kF32));
  const Variable y = ops::mul(tape, x, ops::mul_scalar(tape, tape.parameter(w), -2.0));
  tape.backward(ops::mse_loss(tape, y, Tensor::full({3, 2}, 1.0, DType::kF32)));
  const Tensor& shards = tape.shard_gradients(w);
  REQUIRE(shards.shape() == Shape{2, 2});
  CHECK(shards.same_bits(Tensor::zeros({2, 2}, DType::kF32)));
}

TEST_CASE("one row for all samples is cut into shards even where the shard or the pass is one sample") {
  Context context;
  for (const int64_t n : {1, 2, 3}) {
    CAPTURE(n);
    Parameter row{"row", Tensor::full({1, 2}, 1.0, DType::kF32), {}, true};
    TapeOptions options;
    options.shards.samples_per_shard = 1;
    Tape tape(context, options);
    tape.set_fold_shards(false);
    const Variable x = tape.batch(Tensor::full({n, 2}, -0.0, DType::kF32));
    tape.backward(ops::sum(tape, ops::mul(tape, x, tape.parameter(row))));
    REQUIRE(tape.shard_gradients(row).defined());
    CHECK(tape.shard_gradients(row).same_bits(Tensor::zeros({n, 1, 2}, DType::kF32)));
    CHECK_FALSE(row.gradient.defined());
  }
}

// --- accumulation ---

TEST_CASE("micro-batches of whole shards, their shards kept, give the bits of the undivided batch") {
  Context context({thread_count(), {}});
  const Batch batch = batch_of(11);
  const std::vector<Tensor> expected = folded_in_kernels(context, batch).gradients;
  check_same(by_workers(context, batch, {0, 2, 4, 6}), expected);
  check_same(by_workers(context, batch, {0, 1, 6}), expected);
}

TEST_CASE("a second backward pass adds its finished gradient to the stored one, one add") {
  Context context;
  const Batch batch = batch_of(10);
  Model model(false), first_only(false), second_only(false);
  const auto pass = [&](Model& m, int64_t begin, int64_t end) {
    Tape tape(context, options_for(begin, batch.size()));
    const Batch part = batch.part(begin, end);
    tape.backward(m.loss(tape, part.x, part.words, part.targets));
  };
  pass(model, 0, 4);
  pass(model, 4, 10);
  pass(first_only, 0, 4);
  pass(second_only, 4, 10);
  for (size_t i = 0; i < model.parameters().size(); ++i) {
    const Tensor &found = model.parameters()[i]->gradient, &a = first_only.parameters()[i]->gradient,
                 &b = second_only.parameters()[i]->gradient;
    CAPTURE(model.parameters()[i]->name);
    REQUIRE(found.defined() == a.defined());
    if (found.defined()) CHECK(found.same_bits(autograd::add_into(context, a.clone(), b)));
  }
}

}  // namespace
}  // namespace ibid::test
