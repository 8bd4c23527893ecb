#pragma once

#include <cstdint>

#include "ibid/tensor.h"

namespace ibid::test {

// IBID_TEST_SEED, or 1. Printed once by whoever draws first, so that a failure can be repeated.
uint64_t test_seed();

// Random f64 tensors. `salt` tells the tensors of one test apart.
Tensor random_tensor(const Shape& shape, uint64_t salt, double low = -1.0, double high = 1.0);
// No element closer to 0 than `gap`: for functions with a kink there.
Tensor random_away_from_zero(const Shape& shape, uint64_t salt, double gap = 0.1, double limit = 1.5);
// All elements at least 1/n apart: for functions that compare elements.
Tensor random_distinct(const Shape& shape, uint64_t salt);
// i64 in [0, n).
Tensor random_indices(const Shape& shape, int64_t n, uint64_t salt);

}  // namespace ibid::test
