#include "verify/churn.h"

#include <map>

namespace ibid::verify {
namespace {

// Of the runs' predictions for one sample: in how many pairs they differ.
int64_t n_differing_pairs(const std::vector<Predictions>& runs, size_t sample) {
  std::map<int64_t, int64_t> votes;
  for (const Predictions& run : runs) ++votes[run[sample]];
  const auto n = static_cast<int64_t>(runs.size());
  int64_t n_equal = 0;
  for (const auto& [label, count] : votes) n_equal += count * (count - 1) / 2;
  return n * (n - 1) / 2 - n_equal;
}

}  // namespace

std::optional<Churn> churn(const std::vector<Predictions>& runs) {
  if (runs.size() < 2 || runs[0].empty()) return std::nullopt;
  for (const Predictions& run : runs) {
    if (run.size() != runs[0].size()) return std::nullopt;
  }
  const auto n_runs = static_cast<double>(runs.size());
  Churn result{.n_samples = static_cast<int64_t>(runs[0].size()), .classes = {}};
  const auto n_samples = static_cast<double>(result.n_samples);
  std::map<int64_t, std::pair<int64_t, int64_t>> by_class;  // samples, unstable ones
  int64_t n_pairs = 0, n_unstable = 0;
  for (size_t sample = 0; sample < runs[0].size(); ++sample) {
    const int64_t pairs = n_differing_pairs(runs, sample);
    n_pairs += pairs;
    n_unstable += pairs > 0 ? 1 : 0;
    auto& [of_class, unstable] = by_class[runs[0][sample]];
    ++of_class;
    unstable += pairs > 0 ? 1 : 0;
  }
  result.pairwise = static_cast<double>(n_pairs) / (n_samples * (n_runs * (n_runs - 1.0) / 2.0));
  result.unstable = static_cast<double>(n_unstable) / n_samples;
  for (const auto& [label, counts] : by_class) {
    result.classes.push_back(
        {label, counts.first, static_cast<double>(counts.second) / static_cast<double>(counts.first)});
  }
  return result;
}

}  // namespace ibid::verify
