#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ibid::describe {

// Values with how many of the original ones each stands for, ascending.
struct WeightedValue {
  double value;
  int64_t weight;
};

// What is known of the order of many numbers. Whoever asks for a quantile gets a value whose rank is wrong by
// at most `max_rank_error`; 0: exact.
struct OrderedSample {
  std::vector<WeightedValue> values;
  int64_t n = 0;  // sum of the weights
  int64_t max_rank_error = 0;

  // The smallest value with at least fraction * n values not above it. `n` > 0.
  double quantile(double fraction) const;
};

// Sorts, joins equal values and adds the weights up.
OrderedSample ordered_sample(std::vector<WeightedValue> values, int64_t max_rank_error);
OrderedSample merged(const OrderedSample& a, const OrderedSample& b);

// The largest difference of the two distribution functions (Kolmogorov and Smirnov). Both not empty.
double kolmogorov_smirnov(const OrderedSample& a, const OrderedSample& b);

// Keeps the order of a stream of numbers in bounded memory, after Munro and Paterson (1980): buffers of equal
// size; a full one is sorted and every second value goes, with double weight, to the next. Which half goes
// alternates instead of being drawn, so that the same numbers in the same order always give the same sample.
class QuantileSketch {
 public:
  void add(double value);
  OrderedSample sample() const;

 private:
  struct Level {
    std::vector<double> values;
    bool odd = false;  // which half goes next time
  };
  void compact(size_t level);

  std::vector<Level> levels_;
  int64_t max_rank_error_ = 0;
};

}  // namespace ibid::describe
