// Elementwise functions, softmax, selection.

#include <doctest/doctest.h>

#include "ibid/ops/elementwise.h"
#include "support/gradient_check.h"

namespace ibid::test {
namespace {

using Variables = std::vector<Variable>;
using Unary = Variable (*)(Tape&, const Variable&);

void check_unary(const Tensor& x, Unary function) {
  check_gradients({batched(x)}, [=](Tape& t, const Variables& v) { return function(t, v[0]); });
  // Not dense, and large enough for several vectors.
  check_gradients({batched(x.transpose(0, 1))},
                  [=](Tape& t, const Variables& v) { return function(t, v[0]); });
}

const Shape kShape{5, 7};

Tensor anywhere() { return random_tensor(kShape, 1, -2.5, 2.5); }
Tensor off_zero() { return random_away_from_zero(kShape, 1, 0.05, 2.5); }
Tensor positive() { return random_tensor(kShape, 1, 0.3, 3.0); }

IBID_GRADIENT_TEST("relu", "away from 0") { check_unary(off_zero(), ops::relu); }
IBID_GRADIENT_TEST("leaky_relu", "away from 0, two slopes") {
  for (const double slope : {0.01, 0.3}) {
    check_gradients({batched(off_zero())},
                    [=](Tape& t, const Variables& v) { return ops::leaky_relu(t, v[0], slope); });
  }
}
IBID_GRADIENT_TEST("sigmoid", "both signs") { check_unary(anywhere(), ops::sigmoid); }
IBID_GRADIENT_TEST("silu", "both signs") { check_unary(anywhere(), ops::silu); }
IBID_GRADIENT_TEST("tanh", "both signs") { check_unary(anywhere(), ops::tanh); }
IBID_GRADIENT_TEST("gelu", "both signs") { check_unary(anywhere(), ops::gelu); }
IBID_GRADIENT_TEST("gelu_tanh", "both signs") { check_unary(anywhere(), ops::gelu_tanh); }
IBID_GRADIENT_TEST("softplus", "both signs") { check_unary(anywhere(), ops::softplus); }
IBID_GRADIENT_TEST("exp", "both signs") { check_unary(anywhere(), ops::exp); }
IBID_GRADIENT_TEST("expm1", "both signs") { check_unary(anywhere(), ops::expm1); }
IBID_GRADIENT_TEST("log", "positive") { check_unary(positive(), ops::log); }
IBID_GRADIENT_TEST("log1p", "above -1") { check_unary(random_tensor(kShape, 1, -0.6, 3.0), ops::log1p); }
IBID_GRADIENT_TEST("erf", "both signs") { check_unary(anywhere(), ops::erf); }
IBID_GRADIENT_TEST("sin", "both signs") { check_unary(anywhere(), ops::sin); }
IBID_GRADIENT_TEST("cos", "both signs") { check_unary(anywhere(), ops::cos); }
IBID_GRADIENT_TEST("sqrt", "positive") { check_unary(positive(), ops::sqrt); }
IBID_GRADIENT_TEST("rsqrt", "positive") { check_unary(positive(), ops::rsqrt); }
IBID_GRADIENT_TEST("abs", "away from 0") { check_unary(off_zero(), ops::abs); }
IBID_GRADIENT_TEST("neg", "both signs") { check_unary(anywhere(), ops::neg); }

IBID_GRADIENT_TEST("power", "integer exponents") {
  for (const int64_t n : {-3, -2, -1, 0, 1, 2, 3, 5}) {
    CAPTURE(n);
    check_gradients({batched(random_away_from_zero({3, 4}, 1, 0.5))},
                    [=](Tape& t, const Variables& v) { return ops::power(t, v[0], n); });
  }
  // Exponents that leave no power of x in the slope are defined at 0 as well.
  for (const int64_t n : {0, 1, 2}) {
    CAPTURE(n);
    check_gradients({batched(Tensor::zeros({3, 4}, DType::kF64))},
                    [=](Tape& t, const Variables& v) { return ops::power(t, v[0], n); });
  }
}

// --- two operands ---

using Binary = Variable (*)(Tape&, const Variable&, const Variable&);

// Values of a in steps of 0.1, of b halfway between: no ties.
Tensor on_grid(const Shape& shape, uint64_t salt, double offset) {
  Tensor x = random_indices(shape, 30, salt).to(DType::kF64).clone();
  for (int64_t i = 0; i < x.n_elements(); ++i) x.data<double>()[i] = 0.5 + 0.1 * x.data<double>()[i] + offset;
  return x;
}

void check_binary(Binary function) {
  const auto check = [&](const Leaf& a, const Leaf& b) {
    CAPTURE(a.value.shape().to_string());
    CAPTURE(b.value.shape().to_string());
    check_gradients({a, b}, [&](Tape& t, const Variables& v) { return function(t, v[0], v[1]); });
  };
  const auto a = [](const Shape& shape) { return on_grid(shape, 1, 0.0); };
  const auto b = [](const Shape& shape) { return on_grid(shape, 2, 0.05); };
  check(batched(a({5, 3})), batched(b({5, 3})));
  check(batched(a({5, 3})), parameter(b({3})));
  check(parameter(a({3})), batched(b({5, 3})));
  check(batched(a({5, 3})), parameter(b({})));
  check(batched(a({5, 3})), parameter(b({1, 1})));
  check(batched(a({5, 3})), parameter(b({1, 3})));
  check(batched(a({5, 3})), parameter(b({5, 3})));
  check(batched(a({5, 1})), parameter(b({3})));
  check(batched(a({5, 2, 3})), parameter(b({2, 1})));
  check(batched(a({5, 1, 3})), parameter(b({2, 3})));
  check(batched(a({5, 1, 3})), batched(b({5, 2, 1})));
  check(batched(a({3})), parameter(b({2, 3})));
  check(parameter(a({4, 1, 3})), parameter(b({2, 1})));
  check(batched(a({1, 3})), parameter(b({1, 3})));
}

IBID_GRADIENT_TEST("add", "broadcasts") { check_binary(ops::add); }
IBID_GRADIENT_TEST("sub", "broadcasts") { check_binary(ops::sub); }
IBID_GRADIENT_TEST("mul", "broadcasts") { check_binary(ops::mul); }
IBID_GRADIENT_TEST("div", "broadcasts") { check_binary(ops::div); }
IBID_GRADIENT_TEST("maximum", "broadcasts") { check_binary(ops::maximum); }
IBID_GRADIENT_TEST("minimum", "broadcasts") { check_binary(ops::minimum); }

IBID_GRADIENT_TEST("mul", "one value as both operands") {
  check_gradients({parameter(random_tensor({3, 2}, 1)), batched(random_tensor({5, 3, 2}, 2))},
                  [](Tape& t, const Variables& v) {
                    const Variable squares = ops::mul(t, v[0], v[0]);
                    return ops::add(t, ops::mul(t, squares, v[1]), ops::mul(t, v[1], v[1]));
                  });
}

IBID_GRADIENT_TEST("add_scalar", "value") {
  check_gradients({batched(anywhere())},
                  [](Tape& t, const Variables& v) { return ops::add_scalar(t, v[0], 0.7); });
}
IBID_GRADIENT_TEST("mul_scalar", "value") {
  check_gradients({batched(anywhere())},
                  [](Tape& t, const Variables& v) { return ops::mul_scalar(t, v[0], -0.7); });
}

// --- softmax and selection ---

IBID_GRADIENT_TEST("softmax", "every dim") {
  for (const int64_t dim : {-1, 0, 1, 2, 3}) {
    CAPTURE(dim);
    check_gradients({batched(random_tensor({3, 4, 2, 3}, 1, -2, 2))},
                    [=](Tape& t, const Variables& v) { return ops::softmax(t, v[0], dim); });
  }
}

IBID_GRADIENT_TEST("log_softmax", "every dim") {
  for (const int64_t dim : {-1, 0, 1, 2, 3}) {
    CAPTURE(dim);
    check_gradients({batched(random_tensor({3, 4, 2, 3}, 1, -2, 2))},
                    [=](Tape& t, const Variables& v) { return ops::log_softmax(t, v[0], dim); });
  }
}

IBID_GRADIENT_TEST("where", "broadcast operands and condition") {
  const auto check = [](const Shape& condition, const Leaf& a, const Leaf& b) {
    const Tensor chosen = random_indices(condition, 2, 3).to(DType::kBool);
    check_gradients({a, b}, [&](Tape& t, const Variables& v) { return ops::where(t, chosen, v[0], v[1]); });
  };
  check({5, 3}, batched(random_tensor({5, 3}, 1)), batched(random_tensor({5, 3}, 2)));
  check({3}, batched(random_tensor({5, 3}, 1)), parameter(random_tensor({3}, 2)));
  check({5, 2, 3}, batched(random_tensor({5, 1, 3}, 1)), parameter(random_tensor({}, 2)));
  check({2, 3}, parameter(random_tensor({2, 1}, 1)), batched(random_tensor({5, 2, 3}, 2)));
}

}  // namespace
}  // namespace ibid::test
