#pragma once

#include <string>

#include "base/json.h"
#include "verify/run_comparison.h"

namespace ibid::cli {

// What differs in the files that two runs wrote, an indented line each, at most ten; those that mean the same
// come last.
std::string files_text(const verify::RunComparison& comparison);

// Of a report's member "statistics": run times of groups of three runs and more, and metrics that vary.
std::string statistics_text(const Json& statistics);

}  // namespace ibid::cli
