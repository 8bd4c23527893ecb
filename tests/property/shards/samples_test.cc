// Samples do not see each other, and what makes them is refused in a pass over part of a step.

#include <doctest/doctest.h>

#include <functional>

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

TEST_CASE("a sample's result does not depend on the batch it is in") {
  Context context({thread_count(), {}});
  Tensor mean = f32(random_tensor({4}, 20)), variance = f32(random_tensor({4}, 21, 0.5, 2.0));
  const Tensor x = f32(random_tensor({9, 6, 6, 3}, 1)), w = f32(random_tensor({4, 3, 3, 3}, 2)),
               out = f32(random_tensor({5, 16}, 3)), bias = f32(random_tensor({5}, 4));
  const auto evaluate = [&](const Tensor& part) {
    TapeOptions options;
    options.training = false;
    options.record_gradients = false;
    Tape tape(context, options);
    Variable h = ops::conv(tape, tape.batch(part), tape.constant(w));
    h = ops::batch_norm(tape, h, {}, {}, {&mean, &variance});
    h = ops::average_pool(tape, h, {.kernel = {2}});
    h = ops::layer_norm(tape, ops::flatten(tape, h), 1, {}, {});
    h = ops::linear(tape, h, tape.constant(out), tape.constant(bias));
    return ops::log_softmax(tape, h).value();
  };
  const Tensor whole = evaluate(x);
  for (const int64_t size : {1, 2, 4, 7}) {
    for (int64_t begin = 0; begin < 9; begin += size) {
      const int64_t end = std::min<int64_t>(9, begin + size);
      CHECK(evaluate(x.slice(0, begin, end)).same_bits(whole.slice(0, begin, end)));
    }
  }
}

TEST_CASE("dropout numbers the rows of the whole step, several to a sample or none") {
  Context context;
  static const int module = 0;
  const Tensor x = Tensor::full({12, 5}, 1.0, DType::kF32);
  const auto dropped = [&](int64_t first, int64_t n, bool channels) {
    // Three rows to a sample, as behind a reshape.
    Tape tape(context, options_for(first, 4));
    tape.batch(Tensor::zeros({n}, DType::kF32));
    const Variable rows = tape.batch(x.slice(0, 3 * first, 3 * (first + n)));
    return (channels ? ops::channel_dropout : ops::dropout)(tape, rows, 0.5, {1, &module}).value();
  };
  for (const bool channels : {false, true}) {
    const Tensor whole = dropped(0, 4, channels);
    CHECK(dropped(2, 2, channels).same_bits(whole.slice(0, 6, 12)));
    CHECK(dropped(0, 2, channels).same_bits(whole.slice(0, 0, 6)));
  }
  const auto of_parameter = [&](int64_t first) {
    Tape tape(context, options_for(first, 4));
    tape.batch(Tensor::zeros({2}, DType::kF32));
    return ops::dropout(tape, tape.constant(x), 0.5, {1, &module}).value();
  };
  CHECK(of_parameter(0).same_bits(of_parameter(2)));
}

TEST_CASE("softmax over another dim sums by the column rule") {
  // 600 terms: a chain of 512 and one of 88, combined in binary64.
  Context context;
  const Tensor x = f32(random_tensor({600, 2}, 1, -3, 3));
  Tape tape(context);
  const Tensor y = ops::softmax(tape, tape.constant(x), 0).value().dense();
  for (int64_t c = 0; c < 2; ++c) {
    const Tensor column = x.slice(1, c, c + 1).dense();
    const float m = static_cast<float>(ops::max(tape, tape.constant(column)).value().item());
    const Tensor e =
        ops::exp(tape, ops::add_scalar(tape, tape.constant(column), -static_cast<double>(m))).value();
    float first = 0, second = 0;
    for (int64_t i = 0; i < 600; ++i) (i < 512 ? first : second) += e.data<float>()[i];
    const float s = static_cast<float>(static_cast<double>(first) + static_cast<double>(second));
    for (int64_t i = 0; i < 600; ++i) REQUIRE(same(y.data<float>()[2 * i + c], e.data<float>()[i] / s));
  }
}

TEST_CASE("a partial pass is refused where the other samples would be needed") {
  Context context;
  Tape tape(context, options_for(0, 8));
  const Variable x = tape.batch(f32(random_tensor({4, 3}, 1)));
  CHECK_THROWS_AS(ops::batch_norm(tape, x, {}, {}, {}), ArgumentError);
  ops::ClassLossOptions ignoring;
  ignoring.ignore_index = 0;
  CHECK_THROWS_AS(ops::nll_loss(tape, x, Tensor::zeros({4}, DType::kI64), ignoring), ArgumentError);
  CHECK_THROWS_AS(Tape(context, options_for(1, 8)), ArgumentError);
}

TEST_CASE("whatever mixes samples is refused by name in a partial pass, and fine in a whole one") {
  using Build = std::function<void(Tape&, const Variable&)>;  // x is (4, 3)
  const Tensor targets = Tensor::zeros({4}, DType::kI64), square = f32(random_tensor({3, 4}, 2));
  const std::pair<const char*, Build> operations[] = {
      {"sum", [](Tape& t, const Variable& x) { ops::sum(t, x); }},
      {"mean", [](Tape& t, const Variable& x) { ops::mean(t, x, {{0}}); }},
      {"variance", [](Tape& t, const Variable& x) { ops::standard_deviation(t, x); }},
      {"max", [](Tape& t, const Variable& x) { ops::max(t, x); }},
      {"prod", [](Tape& t, const Variable& x) { ops::prod(t, x); }},
      {"norm", [](Tape& t, const Variable& x) { ops::norm(t, x); }},
      {"cumulative_sum", [](Tape& t, const Variable& x) { ops::cumulative_sum(t, x, 0); }},
      {"softmax", [](Tape& t, const Variable& x) { ops::softmax(t, x, 0); }},
      {"log_softmax", [](Tape& t, const Variable& x) { ops::log_softmax(t, x, 0); }},
      {"layer_norm", [](Tape& t, const Variable& x) { ops::layer_norm(t, x, 2, {}, {}); }},
      {"batch_norm", [](Tape& t, const Variable& x) { ops::batch_norm(t, x, {}, {}, {}); }},
      {"permute", [](Tape& t, const Variable& x) { ops::permute(t, x, {1, 0}); }},
      {"slice", [](Tape& t, const Variable& x) { ops::slice(t, x, 0, 0, 2); }},
      {"concat", [](Tape& t, const Variable& x) { ops::concat(t, {x, x}, 0); }},
      {"pad", [](Tape& t, const Variable& x) { ops::pad(t, x, {{1, 1}, {0, 0}}); }},
      {"reshape", [](Tape& t, const Variable& x) { ops::reshape(t, x, {2, 6}); }},
      {"index_select",
       [](Tape& t, const Variable& x) { ops::index_select(t, x, 0, Tensor::zeros({2}, DType::kI64)); }},
      {"sort", [](Tape& t, const Variable& x) { ops::sort(t, x, 0); }},
      {"top_k", [](Tape& t, const Variable& x) { ops::top_k(t, x, 2, 0); }},
      {"matmul", [&](Tape& t, const Variable& x) { ops::matmul(t, t.constant(square), x); }},
      {"linear", [&](Tape& t, const Variable& x) { ops::linear(t, t.constant(square.transpose(0, 1)), x); }},
      {"sub", [](Tape& t, const Variable& x) { ops::sub(t, ops::reshape(t, x, {4, 1, 3}), x); }},
  };
  Context context;
  const Tensor x = f32(random_tensor({4, 3}, 1));
  for (const auto& [name, build] : operations) {
    CAPTURE(name);
    Tape whole(context, options_for(0, 4)), part(context, options_for(0, 8));
    CHECK_NOTHROW(build(whole, whole.batch(x, true)));
    const std::string message = std::string(name) + " needs all 8 samples of the step";
    CHECK_THROWS_WITH_AS(build(part, part.batch(x, true)), doctest::Contains(message.c_str()), ArgumentError);
    // The same on values without samples is nobody's concern.
    if (std::string(name) != "batch_norm") CHECK_NOTHROW(build(part, part.constant(x)));
  }
  // Neither is what keeps samples apart, nor a loss.
  Tape part(context, options_for(0, 8));
  const Variable h = ops::softmax(part, ops::permute(part, part.batch(x, true), {0, 1}), 1);
  CHECK_NOTHROW(ops::nll_loss(part, ops::sort(part, h).values, targets));
}

}  // namespace
}  // namespace ibid::test
