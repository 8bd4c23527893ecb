#pragma once

#include "base/result.h"
#include "cli/console.h"
#include "verify/run_folder.h"

namespace ibid::cli {

class Invocation;

// Whether a run folder was made by `ibid run`.
bool is_recorded(const verify::RunFolder& folder);

// Compares two records of `ibid run`, made here or elsewhere, and prints what differs. The exit status: 1 if
// they do.
Result<int> diff_records(const verify::RunFolder& a, const verify::RunFolder& b, const Invocation& invocation,
                         Console& console);

}  // namespace ibid::cli
