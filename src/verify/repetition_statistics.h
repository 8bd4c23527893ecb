#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "verify/repetition.h"

namespace ibid::verify {

// A finished record, and the runs that it belongs to.
struct GroupedRun {
  std::string group;  // "as it is", or what was changed: "threads"
  platform::Path folder;
};

// The runs of all setups that ran, the first ones among them. A setup's name goes before the group's; runs
// that differ in their seed alone are one group.
std::vector<GroupedRun> grouped_runs(const VerificationResult& result);

// The last value of each metric of a run that is a number. Errors: the record cannot be read.
Result<std::map<std::string, double>> last_metrics(const RunFolder& folder);

// Of the runs of a setup of crossed factors: how much of the variance of each last metric comes from which
// factor (docs/statistics.md). Metrics that not all runs have are left out, and so are those that do not
// vary. Errors: a record cannot be read.
Result<Json> crossed_statistics(const SetupResult& setup);

// Over each group of runs: their run time, and the last value of each metric that is a number
// (docs/formats/verification.md, "Statistics"). Groups of at least two runs are tested for another run time
// than that of the first group. Errors: a record cannot be read.
Result<Json> repetition_statistics(const std::vector<GroupedRun>& runs);

}  // namespace ibid::verify
