#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace ibid::verify {

// Predicted classes of one run, a sample each.
using Predictions = std::vector<int64_t>;

// How often runs of one training disagree on a sample, whatever their accuracy (docs/statistics.md).
struct Churn {
  int64_t n_samples = 0;
  double pairwise = 0.0;  // share of samples on which two runs differ, mean over all pairs of runs
  double unstable = 0.0;  // share of samples on which not all runs agree
  struct OfClass {
    int64_t label = 0;
    int64_t n_samples = 0;
    double unstable = 0.0;
  };
  std::vector<OfClass> classes;  // by the class that the first run predicts, in increasing order
};

// Nothing for fewer than 2 runs, no samples, or runs of different length.
std::optional<Churn> churn(const std::vector<Predictions>& runs);

}  // namespace ibid::verify
