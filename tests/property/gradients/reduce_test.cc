#include "ibid/ops/reduce.h"

#include <doctest/doctest.h>

#include "support/gradient_check.h"

namespace ibid::test {
namespace {

using Variables = std::vector<Variable>;
using Reduce = std::function<Variable(Tape&, const Variable&, const ops::ReduceOptions&)>;

// Suffixes, prefixes, dims in the middle, mixed sets, all; with samples and without.
void check_reduction(const Reduce& reduce, const std::function<Tensor(const Shape&)>& values) {
  const auto check = [&](const Shape& shape, const std::vector<int64_t>& dims) {
    CAPTURE(shape.to_string());
    for (const bool keep : {false, true}) {
      check_gradients({batched(values(shape))},
                      [&](Tape& t, const Variables& v) { return reduce(t, v[0], {dims, keep}); });
    }
  };
  check({5, 3}, {});
  check({5, 3}, {1});
  check({5, 3}, {0});
  check({3, 2, 3}, {1});
  check({3, 2, 3}, {-1, 1});
  check({3, 2, 2, 2}, {1, 3});
  check({3, 2, 2, 2}, {0, 2});
  check({3, 2, 1, 3}, {1, 2});
  check({3, 3, 1}, {1});
}

Tensor ordinary(const Shape& shape) { return random_tensor(shape, 1); }
Tensor distinct(const Shape& shape) { return random_distinct(shape, 1); }

IBID_GRADIENT_TEST("sum", "any dims") { check_reduction(ops::sum, ordinary); }
IBID_GRADIENT_TEST("mean", "any dims") { check_reduction(ops::mean, ordinary); }
IBID_GRADIENT_TEST("norm", "any dims") { check_reduction(ops::norm, ordinary); }
IBID_GRADIENT_TEST("max", "any dims") { check_reduction(ops::max, distinct); }
IBID_GRADIENT_TEST("min", "any dims") { check_reduction(ops::min, distinct); }
IBID_GRADIENT_TEST("prod", "any dims") { check_reduction(ops::prod, ordinary); }

IBID_GRADIENT_TEST("variance", "any dims, both corrections") {
  for (const int64_t correction : {0, 1}) {
    CAPTURE(correction);
    check_reduction([=](Tape& t, const Variable& x,
                        const ops::ReduceOptions& o) { return ops::variance(t, x, o, correction); },
                    ordinary);
  }
}

IBID_GRADIENT_TEST("standard_deviation", "any dims") {
  check_reduction([](Tape& t, const Variable& x,
                     const ops::ReduceOptions& o) { return ops::standard_deviation(t, x, o); },
                  distinct);
}

IBID_GRADIENT_TEST("prod", "zeros among the factors") {
  check_gradients({batched(Tensor::from_values<double>({2, 3}, {0, 2, 3, 0, 4, 0}))},
                  [](Tape& t, const Variables& v) { return ops::prod(t, v[0], {{1}}); });
}

IBID_GRADIENT_TEST("cumulative_sum", "every dim") {
  for (const int64_t dim : {0, 1, 2, -1}) {
    CAPTURE(dim);
    check_gradients({batched(random_tensor({3, 4, 2}, 1))},
                    [=](Tape& t, const Variables& v) { return ops::cumulative_sum(t, v[0], dim); });
  }
}

}  // namespace
}  // namespace ibid::test
