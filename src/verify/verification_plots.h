#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "verify/repetition_statistics.h"

namespace ibid::verify {

struct Plot {
  std::string name;  // of its file, without an ending
  std::string svg;
};

// Metrics that have several steps, as bands over the runs of each group; last values of metrics that vary,
// and run times, as distributions. At most six metrics of each kind, in order of their names. Errors: a
// record cannot be read.
Result<std::vector<Plot>> verification_plots(const std::vector<GroupedRun>& runs);

// What the plots show, as tables (RFC 4180): runs.csv has group, folder, seconds and status of each run;
// metrics.csv has group, folder, metric, step and value, in the order in which they were recorded.
Result<std::string> runs_csv(const std::vector<GroupedRun>& runs);
Result<std::string> metrics_csv(const std::vector<GroupedRun>& runs);

}  // namespace ibid::verify
