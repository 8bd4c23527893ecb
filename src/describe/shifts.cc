#include "describe/shifts.h"

#include <algorithm>
#include <cmath>

namespace ibid::describe {
namespace {

constexpr double kNotableDistance = 0.1;    // of two distribution functions
constexpr double kNotableVariation = 0.05;  // of two class mixes
constexpr double kCritical = 1.95;          // times sqrt((n + m) / (n m)): level 0.001
constexpr double kDeviations = 4;           // above the expectation of chi-square

// By column and split; empty where the column is no number. A label of classes has a measure of its own.
std::vector<std::vector<OrderedSample>> samples_of(const DataFacts& facts) {
  std::vector<std::vector<OrderedSample>> samples(facts.columns.size());
  for (size_t column = 0; column < samples.size(); ++column) {
    const bool classes = facts.label_column == column && facts.labels.are_classes();
    if (classes || !facts.columns[column].whole.is_numeric()) continue;
    for (const ColumnSummary& part : facts.columns[column].by_split)
      samples[column].push_back(part.numbers());
  }
  return samples;
}

double rank_share(const OrderedSample& sample) {
  return static_cast<double>(sample.max_rank_error) / static_cast<double>(sample.n);
}

}  // namespace

bool ColumnShift::notable() const {
  const auto a = static_cast<double>(n_a), b = static_cast<double>(n_b);
  return distance - uncertainty >= std::max(kNotableDistance, kCritical * std::sqrt((a + b) / (a * b)));
}

bool SplitShift::label_notable() const {
  if (!label || label->degrees < 1) return false;
  const auto degrees = static_cast<double>(label->degrees);
  return label->total_variation >= kNotableVariation &&
         label->chi_square > degrees + kDeviations * std::sqrt(2 * degrees);
}

std::vector<SplitShift> split_shifts(const DataFacts& facts) {
  std::vector<SplitShift> shifts;
  const size_t n_splits = facts.splits.size();
  if (n_splits < 2) return shifts;
  const std::vector<std::vector<OrderedSample>> samples = samples_of(facts);
  for (size_t a = 0; a < n_splits; ++a) {
    for (size_t b = a + 1; b < n_splits; ++b) {
      SplitShift shift{.a = a, .b = b};
      const bool labelled = facts.labels.n_runs(a) > 0 && facts.labels.n_runs(b) > 0;
      if (facts.label_name && facts.labels.are_classes() && labelled)
        shift.label = label_shift(facts.labels.counts(a), facts.labels.counts(b));
      for (size_t column = 0; column < samples.size(); ++column) {
        if (samples[column].empty()) continue;
        const OrderedSample &in_a = samples[column][a], &in_b = samples[column][b];
        if (in_a.n == 0 || in_b.n == 0) continue;
        shift.columns.push_back({.column = column,
                                 .distance = kolmogorov_smirnov(in_a, in_b),
                                 .uncertainty = rank_share(in_a) + rank_share(in_b),
                                 .n_a = in_a.n,
                                 .n_b = in_b.n});
      }
      std::ranges::sort(shift.columns, [](const ColumnShift& left, const ColumnShift& right) {
        return left.distance != right.distance ? left.distance > right.distance : left.column < right.column;
      });
      shifts.push_back(std::move(shift));
    }
  }
  return shifts;
}

}  // namespace ibid::describe
