#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/json.h"

// Statistics of a few runs. Every formula, its source and what it assumes: docs/statistics.md. All sums go
// over sorted values with Neumaier's compensation, so the order in which values come does not matter, nor do
// threads.
namespace ibid::verify {

using Values = std::vector<double>;

// Of finite values; what a few of them cannot tell is nothing.
struct Summary {
  int64_t n = 0;
  int64_t n_distinct = 0;  // by bits; -0 and +0 are two
  double least = 0.0, largest = 0.0, mean = 0.0, median = 0.0;
  std::optional<double> deviation;  // with n - 1; from 2 values on
};

// Nothing for no values, or where one is not finite.
std::optional<Summary> summarise(const Values& values);

struct Interval {
  double level = 0.95;
  double lower = 0.0, upper = 0.0;
};

// Of the mean, by the percentiles of 9999 resamples with random numbers that depend on `seed` alone. Nothing
// for fewer than 3 values or where one is not finite: resamples of two values say nothing.
std::optional<Interval> bootstrap_interval(const Values& values, double level = 0.95, uint64_t seed = 1);

// The values themselves, then what they say: nobody has to believe a summary whose sample is not shown.
Json sample_json(const Values& values);

// Of values in any order.
double stable_sum(std::span<const double> values);

}  // namespace ibid::verify
