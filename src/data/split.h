#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"

namespace ibid::data {

// Two parts of 0 .. n-1 that together are the whole, each in ascending order.
struct Split {
  std::vector<uint32_t> first;
  std::vector<uint32_t> second;
};

// Chooses `n_first` of `n` samples at random for the first part. Order: standard, section 7.4 with purpose 5;
// the choice depends on n, n_first and the seed alone.
Result<Split> split_samples(int64_t n, int64_t n_first, uint64_t seed);

}  // namespace ibid::data
