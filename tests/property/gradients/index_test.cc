// Reads and writes by index, sorting, operations that only move elements.

#include <doctest/doctest.h>

#include "ibid/ops/index.h"
#include "ibid/ops/shape.h"
#include "support/gradient_check.h"

namespace ibid::test {
namespace {

using Variables = std::vector<Variable>;

IBID_GRADIENT_TEST("embedding", "indices of samples and of none, a padding row") {
  const Tensor table = random_tensor({6, 3}, 1);
  for (const Shape& shape : {Shape{5}, Shape{5, 4}, Shape{3, 2, 2}}) {
    CAPTURE(shape.to_string());
    const Tensor indices = random_indices(shape, 6, 2);
    for (const bool of_samples : {true, false}) {
      check_gradients({parameter(table)}, [&](Tape& t, const Variables& v) {
        return ops::embedding(t, indices, v[0], {{}, of_samples});
      });
    }
  }
  // The gradient of the padding row is +0 by definition, not by differentiation.
  Context context;
  Tape tape(context);
  Parameter parameter{"table", table, {}, true};
  const Tensor indices = Tensor::from_values<int64_t>({4}, {2, 1, 2, 0});
  const Variable y = ops::embedding(tape, indices, tape.parameter(parameter), {.padding_index = 2});
  tape.backward(tape.record_loss(Tensor::scalar(0, DType::kF64), y,
                                 [&](Backward& b) { b.add(0, Tensor::full({4, 3}, 1, DType::kF64)); }, {}));
  CHECK(parameter.gradient.select(0, 2).same_bits(Tensor::zeros({3}, DType::kF64)));
  CHECK(parameter.gradient.select(0, 1).same_bits(Tensor::full({3}, 1, DType::kF64)));
  CHECK_THROWS_AS(ops::embedding(tape, indices, tape.constant(table), {.padding_index = 6}), ArgumentError);
  CHECK_THROWS_AS(ops::embedding(tape, indices, tape.constant(table), {.padding_index = -1}), ArgumentError);
}

IBID_GRADIENT_TEST("embedding", "a table that belongs to samples") {
  const Tensor indices = random_indices({5, 2}, 5, 2);
  check_gradients({batched(random_tensor({5, 3}, 1))},
                  [&](Tape& t, const Variables& v) { return ops::embedding(t, indices, v[0]); });
}

IBID_GRADIENT_TEST("index_select", "every dim, repeated indices") {
  for (const int64_t dim : {0, 1, -1}) {
    CAPTURE(dim);
    const Tensor indices = random_indices({5}, 3, 2);
    check_gradients({batched(random_tensor({3, 3, 4}, 1))},
                    [&](Tape& t, const Variables& v) { return ops::index_select(t, v[0], dim, indices); });
  }
}

IBID_GRADIENT_TEST("gather", "every dim, smaller index") {
  for (const int64_t dim : {0, 1, 2}) {
    CAPTURE(dim);
    const Shape shape{4, 3, 5};
    for (const Shape& index : {shape.with(dim, 2), shape.with(dim, 7), Shape{2, 2, 2}}) {
      const Tensor indices = random_indices(index, shape[dim], 2);
      check_gradients({batched(random_tensor(shape, 1))},
                      [&](Tape& t, const Variables& v) { return ops::gather(t, v[0], dim, indices); });
    }
  }
}

IBID_GRADIENT_TEST("scatter_add", "every dim, duplicates, all roles") {
  for (const int64_t dim : {0, 1, 2}) {
    CAPTURE(dim);
    const Shape shape{4, 3, 5}, index{4, 2, 5};
    const Tensor indices = random_indices(index, shape[dim], 2);
    const Build build = [&](Tape& t, const Variables& v) {
      return ops::scatter_add(t, v[0], dim, indices, v[1]);
    };
    const Tensor base = random_tensor(shape, 1), source = random_tensor(index, 3);
    check_gradients({batched(base), batched(source)}, build);
    check_gradients({batched(base), parameter(source)}, build);
    check_gradients({parameter(base), batched(source)}, build);
  }
}

IBID_GRADIENT_TEST("sort", "both directions, every dim") {
  for (const int64_t dim : {0, 1, -1}) {
    for (const bool descending : {false, true}) {
      check_gradients({batched(random_distinct({4, 3, 5}, 1))}, [=](Tape& t, const Variables& v) {
        return ops::sort(t, v[0], dim, descending).values;
      });
    }
  }
}

IBID_GRADIENT_TEST("top_k", "largest and smallest") {
  for (const bool largest : {false, true}) {
    check_gradients({batched(random_distinct({4, 5}, 1))},
                    [=](Tape& t, const Variables& v) { return ops::top_k(t, v[0], 2, 1, largest).values; });
    check_gradients({batched(random_distinct({4, 5}, 1))},
                    [=](Tape& t, const Variables& v) { return ops::top_k(t, v[0], 3, 0, largest).values; });
  }
}

// --- movements ---

IBID_GRADIENT_TEST("reshape", "with samples outermost and without") {
  for (const Shape& shape : {Shape{4, -1}, Shape{8, 3}, Shape{4, 3, 2}, Shape{3, 8}, Shape{24}}) {
    check_gradients({batched(random_tensor({4, 2, 3}, 1))},
                    [&](Tape& t, const Variables& v) { return ops::reshape(t, v[0], shape); });
    check_gradients({batched(random_tensor({4, 3, 2}, 1).transpose(1, 2))},
                    [&](Tape& t, const Variables& v) { return ops::reshape(t, v[0], shape); });
  }
}

IBID_GRADIENT_TEST("flatten", "any rank") {
  for (const Shape& shape : {Shape{4}, Shape{4, 3}, Shape{4, 2, 3}}) {
    check_gradients({batched(random_tensor(shape, 1))},
                    [](Tape& t, const Variables& v) { return ops::flatten(t, v[0]); });
  }
}

IBID_GRADIENT_TEST("permute", "every order of three dims") {
  for (const std::vector<int64_t>& order :
       {std::vector<int64_t>{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, -3}}) {
    check_gradients({batched(random_tensor({4, 2, 3}, 1))},
                    [&](Tape& t, const Variables& v) { return ops::permute(t, v[0], order); });
  }
}

IBID_GRADIENT_TEST("slice", "every dim, steps") {
  for (const int64_t dim : {0, 1, -1}) {
    check_gradients({batched(random_tensor({5, 4, 6}, 1))},
                    [=](Tape& t, const Variables& v) { return ops::slice(t, v[0], dim, 1, 4, 2); });
    check_gradients({batched(random_tensor({5, 4, 6}, 1))},
                    [=](Tape& t, const Variables& v) { return ops::slice(t, v[0], dim, 0, 3); });
  }
}

IBID_GRADIENT_TEST("concat", "every dim, samples and parameters, one part twice") {
  for (const int64_t dim : {0, 1, 2}) {
    CAPTURE(dim);
    const Shape shape{5, 2, 3};
    check_gradients({batched(random_tensor(shape, 1)), parameter(random_tensor(shape, 2))},
                    [=](Tape& t, const Variables& v) { return ops::concat(t, {v[0], v[1], v[0]}, dim); });
    check_gradients({batched(random_tensor(shape, 1)), batched(random_tensor(shape, 2))},
                    [=](Tape& t, const Variables& v) { return ops::concat(t, {v[1], v[0]}, dim); });
  }
}

}  // namespace
}  // namespace ibid::test
