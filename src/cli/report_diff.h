#pragma once

#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "report/check.h"

namespace ibid::cli {

// Compares the reports in the files that arguments A and B name, prints the verdict and what it comes from.
// Returns the exit status: 0 when the same results are expected, else 1.
Result<int> run_report_diff(const Invocation& invocation, Console& console, const report::Expected& expected);

// The options that it understands.
std::vector<OptionSpec> report_diff_options();

}  // namespace ibid::cli
