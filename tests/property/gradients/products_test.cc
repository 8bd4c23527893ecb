// linear, matmul, dot.

#include <doctest/doctest.h>

#include "ibid/ops/linear.h"
#include "ibid/ops/reduce.h"
#include "support/gradient_check.h"

namespace ibid::test {
namespace {

using Variables = std::vector<Variable>;

IBID_GRADIENT_TEST("linear", "any leading dims, with and without bias and ReLU") {
  for (const Shape& shape : {Shape{5, 3}, Shape{5, 2, 3}, Shape{3, 2, 2, 3}}) {
    CAPTURE(shape.to_string());
    const std::vector<Leaf> leaves{batched(random_tensor(shape, 1)), parameter(random_tensor({4, 3}, 2)),
                                   parameter(random_tensor({4}, 3))};
    check_gradients(leaves, [](Tape& t, const Variables& v) { return ops::linear(t, v[0], v[1], v[2]); });
    check_gradients({leaves[0], leaves[1]},
                    [](Tape& t, const Variables& v) { return ops::linear(t, v[0], v[1]); });
    check_gradients(leaves, [](Tape& t, const Variables& v) {
      return ops::linear(t, v[0], v[1], v[2], ops::Fused::kRelu);
    });
  }
  check_gradients({parameter(random_tensor({3}, 4)), parameter(random_tensor({2, 3}, 5))},
                  [](Tape& t, const Variables& v) { return ops::linear(t, v[0], v[1]); });
}

IBID_GRADIENT_TEST("linear", "weights that belong to samples") {
  check_gradients({parameter(random_tensor({2, 3}, 6)), batched(random_tensor({5, 3}, 7)),
                   batched(random_tensor({5}, 8))},
                  [](Tape& t, const Variables& v) { return ops::linear(t, v[0], v[1], v[2]); });
  check_gradients({batched(random_tensor({5, 3}, 6)), batched(random_tensor({5, 3}, 7))},
                  [](Tape& t, const Variables& v) { return ops::linear(t, v[0], v[1]); });
}

void check_matmul(const Leaf& a, const Leaf& b) {
  CAPTURE(a.value.shape().to_string());
  CAPTURE(b.value.shape().to_string());
  check_gradients({a, b}, [](Tape& t, const Variables& v) { return ops::matmul(t, v[0], v[1]); });
}

IBID_GRADIENT_TEST("matmul", "all ranks and broadcasts") {
  const auto tensor = [](const Shape& shape, uint64_t salt) { return random_tensor(shape, salt); };
  check_matmul(parameter(tensor({4}, 1)), parameter(tensor({4}, 2)));
  check_matmul(parameter(tensor({4}, 1)), parameter(tensor({4, 3}, 2)));
  check_matmul(parameter(tensor({2, 4}, 1)), parameter(tensor({4}, 2)));
  check_matmul(batched(tensor({5, 4}, 1)), parameter(tensor({4, 3}, 2)));
  check_matmul(batched(tensor({5, 4}, 1)), parameter(tensor({4}, 2)));
  check_matmul(batched(tensor({5, 2, 4}, 1)), parameter(tensor({4, 3}, 2)));
  check_matmul(batched(tensor({5, 2, 4}, 1)), parameter(tensor({4}, 2)));
  check_matmul(parameter(tensor({2, 4}, 1)), batched(tensor({5, 4, 3}, 2)));
  check_matmul(parameter(tensor({4}, 1)), batched(tensor({5, 4, 3}, 2)));
  check_matmul(batched(tensor({3, 2, 4}, 1)), batched(tensor({3, 4, 3}, 2)));
  check_matmul(batched(tensor({3, 1, 2, 4}, 1)), parameter(tensor({1, 2, 4, 3}, 2)));
  check_matmul(batched(tensor({3, 2, 2, 4}, 1)), parameter(tensor({2, 4, 3}, 2)));
  check_matmul(parameter(tensor({2, 4}, 1)), batched(tensor({4, 3}, 2)));
  check_matmul(batched(tensor({4}, 1)), parameter(tensor({4, 3}, 2)));
  check_matmul(batched(tensor({5, 4}, 1)), parameter(tensor({2, 4, 3}, 2)));
}

IBID_GRADIENT_TEST("matmul", "transposed and sliced operands") {
  const Tensor wide = random_tensor({3, 5, 4}, 3);
  check_matmul(batched(wide.transpose(1, 2)), parameter(random_tensor({3, 5}, 4).transpose(0, 1)));
  check_matmul(batched(wide.slice(2, 1, 4, 2)), parameter(random_tensor({2, 6}, 4).slice(1, 0, 6, 3)));
}

IBID_GRADIENT_TEST("dot", "parameters and samples") {
  const Tensor a = random_tensor({7}, 1), b = random_tensor({7}, 2);
  const Build build = [](Tape& t, const Variables& v) { return ops::dot(t, v[0], v[1]); };
  check_gradients({parameter(a), parameter(b)}, build);
  check_gradients({batched(a), parameter(b)}, build);
}

}  // namespace
}  // namespace ibid::test
