#pragma once

#include "cli/console.h"
#include "verify/conformance.h"

namespace ibid::cli {

// Prints in which order the operations add, on every instruction set and number of threads, and returns the
// exit status.
Result<int> report_orders(const verify::ConformanceOptions& options, bool json, Console& console);

}  // namespace ibid::cli
