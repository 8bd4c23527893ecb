// A fused ReLU is a matter of speed: values and gradients, shards included, are those of a separate one.

#include <doctest/doctest.h>

#include <functional>

#include "ibid/ops/conv.h"
#include "ibid/ops/elementwise.h"
#include "ibid/ops/linear.h"
#include "ibid/ops/reduce.h"
#include "property/shards/options.h"
#include "support/kernel_fixture.h"

namespace ibid::test {
namespace {

// Value and gradients of a function of x, weight and bias.
std::vector<Tensor> value_and_gradients(
    Context& context, const std::vector<Tensor>& inputs,
    const std::function<Variable(Tape&, const std::vector<Variable>&)>& f) {
  Parameter weight{"weight", inputs[1], {}, true}, bias{"bias", inputs[2], {}, true};
  Tape tape(context, options_for(0, 0));
  const Variable x = tape.batch(inputs[0], true);
  const Variable y = f(tape, {x, tape.parameter(weight), tape.parameter(bias)});
  const Tensor weights = f32(random_tensor(y.shape(), 8));
  tape.backward(ops::sum(tape, ops::mul(tape, y, tape.constant(weights))));
  return {y.value(), tape.gradient(x), weight.gradient, bias.gradient};
}

void check_fused(const std::vector<Tensor>& inputs,
                 const std::function<Variable(Tape&, const std::vector<Variable>&, ops::Fused)>& f) {
  Context context({thread_count(), {}});
  const auto fused = value_and_gradients(
      context, inputs, [&](Tape& t, const std::vector<Variable>& v) { return f(t, v, ops::Fused::kRelu); });
  const auto apart = value_and_gradients(context, inputs, [&](Tape& t, const std::vector<Variable>& v) {
    return ops::relu(t, f(t, v, ops::Fused::kNone));
  });
  for (size_t i = 0; i < fused.size(); ++i) {
    CAPTURE(i);
    CHECK(fused[i].same_bits(apart[i]));
  }
}

TEST_CASE("a fused ReLU gives the bits of a separate one, values and gradients") {
  const auto tensor = [](const Shape& shape, uint64_t salt) { return f32(random_tensor(shape, salt)); };
  for (const int64_t n : {1, 5}) {
    for (const int64_t channels : {3, 32}) {
      check_fused({tensor({n, 9}, 1), tensor({channels, 9}, 2), tensor({channels}, 3)},
                  [](Tape& t, const std::vector<Variable>& v, ops::Fused fused) {
                    return ops::linear(t, v[0], v[1], v[2], fused);
                  });
      for (const int64_t stride : {1, 2}) {
        check_fused({tensor({n, 9, 9, 4}, 1), tensor({channels, 3, 3, 4}, 2), tensor({channels}, 3)},
                    [=](Tape& t, const std::vector<Variable>& v, ops::Fused fused) {
                      ops::ConvOptions options;
                      options.stride = {stride};
                      options.padding = {1};
                      options.fused = fused;
                      return ops::conv(t, v[0], v[1], v[2], options);
                    });
        check_fused({tensor({n, 5, 5, 4}, 1), tensor({4, 3, 3, channels}, 2), tensor({channels}, 3)},
                    [=](Tape& t, const std::vector<Variable>& v, ops::Fused fused) {
                      ops::ConvTransposeOptions options;
                      options.stride = {stride};
                      options.padding = {1};
                      options.fused = fused;
                      return ops::conv_transpose(t, v[0], v[1], v[2], options);
                    });
      }
    }
  }
}

}  // namespace
}  // namespace ibid::test
