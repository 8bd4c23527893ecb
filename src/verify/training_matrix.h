#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "verify/training_run.h"

namespace ibid::verify {

// One way to compute a training. None of it may change a bit.
struct MatrixCell {
  std::string isa;
  int32_t threads = 1;
  int64_t workers = 1;
  int64_t repeat = 1;  // 1, 2, ...
};

struct MatrixRow {
  MatrixCell cell;
  std::string skipped;  // why this machine cannot run it; empty if it did
  TrainingOutcome outcome;
  std::optional<LogComparison> difference;  // from the first row that ran, if the signatures differ
};

struct MatrixResult {
  std::vector<MatrixRow> rows;
  bool identical = false;  // at least two rows ran and all have one signature
  int64_t n_run = 0;
};

// Trains once per cell, digesting every step, and compares signatures; where they differ, finds the first step and
// tensors that do. A stop signal is an error (code interrupted).
Result<MatrixResult> run_matrix(const TrainingData& data, const TrainingRunOptions& options,
                                const std::vector<MatrixCell>& cells,
                                const std::function<void(const MatrixRow&)>& row_done);

}  // namespace ibid::verify
