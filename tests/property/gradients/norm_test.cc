// Normalisation and dropout.

#include <doctest/doctest.h>

#include <cmath>

#include "ibid/ops/dropout.h"
#include "ibid/ops/norm.h"
#include "support/gradient_check.h"

namespace ibid::test {
namespace {

using Variables = std::vector<Variable>;

std::vector<Leaf> norm_leaves(const Shape& x, const Shape& gamma) {
  return {batched(random_tensor(x, 1)), parameter(random_tensor(gamma, 2)),
          parameter(random_tensor(gamma, 3))};
}

IBID_GRADIENT_TEST("batch_norm", "statistics of the pass") {
  for (const Shape& shape : {Shape{5, 3}, Shape{3, 4, 2}, Shape{3, 2, 3, 2}}) {
    CAPTURE(shape.to_string());
    const std::vector<Leaf> leaves = norm_leaves(shape, {shape[-1]});
    check_gradients(leaves,
                    [](Tape& t, const Variables& v) { return ops::batch_norm(t, v[0], v[1], v[2], {}); });
    check_gradients({leaves[0]},
                    [](Tape& t, const Variables& v) { return ops::batch_norm(t, v[0], {}, {}, {}, 0.1); });
    check_gradients({leaves[0], leaves[1]},
                    [](Tape& t, const Variables& v) { return ops::batch_norm(t, v[0], v[1], {}, {}); });
    check_gradients({leaves[0], leaves[1]},
                    [](Tape& t, const Variables& v) { return ops::batch_norm(t, v[0], {}, v[1], {}); });
  }
}

IBID_GRADIENT_TEST("batch_norm", "running statistics") {
  // A tape that is not in training: the normaliser is built inside one, so that only this operation is.
  Tensor mean = random_tensor({2}, 4), variance = random_tensor({2}, 5, 0.5, 2.0);
  const ops::BatchNormState state{&mean, &variance};
  Context context;
  TapeOptions options;
  options.training = false;
  options.shards.samples_per_shard = 2;
  Parameter gamma{"gamma", random_tensor({2}, 6), {}, true}, beta{"beta", random_tensor({2}, 7), {}, true};
  const Tensor x = random_tensor({3, 4, 2}, 8);
  Tape tape(context, options);
  const Variable in = tape.batch(x, true);
  const Variable y = ops::batch_norm(tape, in, tape.parameter(gamma), tape.parameter(beta), state);
  const Tensor weights = random_tensor(y.shape(), 9);
  tape.backward(
      tape.record_loss(Tensor::scalar(0, DType::kF64), y, [weights](Backward& b) { b.add(0, weights); }, {}));
  const std::vector<double> dy = weights.to_vector<double>(), xs = x.to_vector<double>();
  for (int64_t c = 0; c < 2; ++c) {
    const double r = 1.0 / std::sqrt(variance.data<double>()[c] + 1e-5);
    double dgamma = 0, dbeta = 0;
    for (size_t i = static_cast<size_t>(c); i < dy.size(); i += 2) {
      const double dx = tape.gradient(in).dense().data<double>()[i];
      CHECK(dx == doctest::Approx(dy[i] * gamma.value.data<double>()[c] * r).epsilon(1e-12));
      dgamma += dy[i] * (xs[i] - mean.data<double>()[c]) * r;
      dbeta += dy[i];
    }
    CHECK(gamma.gradient.data<double>()[c] == doctest::Approx(dgamma).epsilon(1e-12));
    CHECK(beta.gradient.data<double>()[c] == doctest::Approx(dbeta).epsilon(1e-12));
  }
}

IBID_GRADIENT_TEST("layer_norm", "over one, two and all dims") {
  const auto check = [](const Shape& shape, int64_t n_dims) {
    CAPTURE(shape.to_string());
    CAPTURE(n_dims);
    const std::vector<Leaf> leaves = norm_leaves(shape, shape.slice(shape.n_dims() - n_dims, shape.n_dims()));
    check_gradients(leaves, [&](Tape& t, const Variables& v) {
      return ops::layer_norm(t, v[0], n_dims, v[1], v[2], 1e-3);
    });
    check_gradients({leaves[0]}, [&](Tape& t, const Variables& v) {
      return ops::layer_norm(t, v[0], n_dims, {}, {}, 1e-3);
    });
    check_gradients({leaves[0], leaves[1]}, [&](Tape& t, const Variables& v) {
      return ops::layer_norm(t, v[0], n_dims, {}, v[1], 1e-3);
    });
  };
  check({5, 4}, 1);
  check({3, 2, 4}, 1);
  check({3, 2, 3}, 2);
  check({3, 2, 2}, 3);
}

IBID_GRADIENT_TEST("group_norm", "groups, instances, one group") {
  for (const int64_t groups : {1, 2, 4}) {
    CAPTURE(groups);
    for (const Shape& shape : {Shape{3, 5, 4}, Shape{3, 2, 3, 4}}) {
      const std::vector<Leaf> leaves = norm_leaves(shape, {4});
      check_gradients(leaves, [&](Tape& t, const Variables& v) {
        return ops::group_norm(t, v[0], groups, v[1], v[2], 1e-3);
      });
      check_gradients({leaves[0]}, [&](Tape& t, const Variables& v) {
        return ops::group_norm(t, v[0], groups, {}, {}, 1e-3);
      });
    }
  }
}

IBID_GRADIENT_TEST("dropout", "the same key drops the same elements in every evaluation") {
  static const int module = 0;
  check_gradients({batched(random_tensor({5, 3, 4}, 1))},
                  [](Tape& t, const Variables& v) { return ops::dropout(t, v[0], 0.4, {2, &module}); });
}

IBID_GRADIENT_TEST("channel_dropout", "the same key drops the same channels in every evaluation") {
  static const int module = 0;
  check_gradients({batched(random_tensor({5, 3, 4}, 1))}, [](Tape& t, const Variables& v) {
    return ops::channel_dropout(t, v[0], 0.4, {2, &module});
  });
}

}  // namespace
}  // namespace ibid::test
