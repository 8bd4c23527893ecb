#pragma once

#include "base/json.h"
#include "base/result.h"
#include "verify/repetition.h"

namespace ibid::verify {

// Over the runs of a verification, grouped by what was changed ("as it is", "threads", "isa", ...): their run
// time, and the last value of each metric that is a number (docs/formats/verification.md, "Statistics").
// Groups of at least two runs are tested for another run time than that of "as it is". Errors: a record
// cannot be read.
Result<Json> repetition_statistics(const VerificationResult& result);

}  // namespace ibid::verify
