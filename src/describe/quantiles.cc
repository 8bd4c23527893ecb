#include "describe/quantiles.h"

#include <algorithm>
#include <cmath>

namespace ibid::describe {
namespace {

constexpr size_t kBufferValues = 8192;  // 0.1 % of the rank at ten million values

}  // namespace

double OrderedSample::quantile(double fraction) const {
  const double wanted = fraction * static_cast<double>(n);
  int64_t below = 0;
  for (const WeightedValue& item : values) {
    below += item.weight;
    if (static_cast<double>(below) >= wanted) return item.value;
  }
  return values.back().value;
}

OrderedSample ordered_sample(std::vector<WeightedValue> values, int64_t max_rank_error) {
  std::ranges::sort(values, {}, &WeightedValue::value);
  OrderedSample sample;
  sample.max_rank_error = max_rank_error;
  for (const WeightedValue& item : values) {
    sample.n += item.weight;
    if (!sample.values.empty() && sample.values.back().value == item.value) {
      sample.values.back().weight += item.weight;
    } else {
      sample.values.push_back(item);
    }
  }
  return sample;
}

OrderedSample merged(const OrderedSample& a, const OrderedSample& b) {
  std::vector<WeightedValue> values = a.values;
  values.insert(values.end(), b.values.begin(), b.values.end());
  return ordered_sample(std::move(values), a.max_rank_error + b.max_rank_error);
}

double kolmogorov_smirnov(const OrderedSample& a, const OrderedSample& b) {
  double largest = 0;
  int64_t below_a = 0, below_b = 0;
  size_t i = 0, j = 0;
  while (i < a.values.size() && j < b.values.size()) {
    const double value = std::min(a.values[i].value, b.values[j].value);
    if (a.values[i].value == value) below_a += a.values[i++].weight;
    if (b.values[j].value == value) below_b += b.values[j++].weight;
    const double difference = static_cast<double>(below_a) / static_cast<double>(a.n) -
                              static_cast<double>(below_b) / static_cast<double>(b.n);
    largest = std::max(largest, std::abs(difference));
  }
  return largest;
}

void QuantileSketch::add(double value) {
  if (levels_.empty()) levels_.emplace_back();
  levels_[0].values.push_back(value);
  for (size_t level = 0; level < levels_.size() && levels_[level].values.size() >= kBufferValues; ++level)
    compact(level);
}

void QuantileSketch::compact(size_t level) {
  if (level + 1 == levels_.size()) levels_.emplace_back();
  Level& full = levels_[level];
  std::ranges::sort(full.values);
  for (size_t i = full.odd ? 1 : 0; i < full.values.size(); i += 2)
    levels_[level + 1].values.push_back(full.values[i]);
  full.odd = !full.odd;
  full.values.clear();
  // Where a value of weight 2w replaces two of weight w, ranks between them are off by w.
  max_rank_error_ += int64_t{1} << level;
}

OrderedSample QuantileSketch::sample() const {
  std::vector<WeightedValue> values;
  for (size_t level = 0; level < levels_.size(); ++level) {
    for (const double value : levels_[level].values) values.push_back({value, int64_t{1} << level});
  }
  return ordered_sample(std::move(values), max_rank_error_);
}

}  // namespace ibid::describe
