#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "verify/operation_divergence.h"
#include "verify/operation_explanation.h"
#include "verify/recorded_run.h"
#include "verify/run_comparison.h"
#include "verify/variation.h"

namespace ibid::verify {

// Two runs that came out differently, to be run again.
struct OperationSearch {
  RecordOptions record;   // of both, with what was enforced and the cadence of digests
  Variation a, b;         // in what they differ
  platform::Path folder;  // for the records of the repetitions
  // Where the first runs parted: steps after `last_same_step` (-1: from the start) up to `first_other_step`.
  // Nothing: no digests tell, and all the program does is looked at.
  std::optional<int64_t> last_same_step, first_other_step;
};

struct OperationFinding {
  std::optional<OperationDivergence> divergence;
  Explanation explanation;        // of it; without it, of what is known all the same
  std::vector<Operation> clocks;  // where none was found: values that are other ones in every run
  std::string why_not_found;      // if there is none
  std::optional<int64_t> step;    // whose operations were watched last; nothing: all were
  Json difference;     // of the kept outputs (docs/formats/comparison.md), or {"unknown": reason}; null: no
                       // tensors
  int64_t n_runs = 0;  // repetitions that were needed
  platform::Path record_a, record_b;
};

// Runs both again with digests of every step in question, then once more with a digest of every operation of
// the first step that differs. Errors: a run could not be recorded, or was stopped.
Result<OperationFinding> find_operation(const OperationSearch& search);

// The operations that two records have already, of machines that may be far apart. Nothing: one has none.
Result<std::optional<OperationFinding>> compare_recorded_operations(const platform::Path& a,
                                                                    const platform::Path& b);

// For reports: docs/formats/verification.md, "First operation".
Json finding_json(const OperationFinding& finding);

// The steps between which two runs of digests part, for `OperationSearch`.
struct StepRange {
  int64_t last_same = -1, first_other = 0;
};
std::optional<StepRange> diverging_steps(const std::vector<ProcessDigests>& a,
                                         const std::vector<ProcessDigests>& b);

}  // namespace ibid::verify
