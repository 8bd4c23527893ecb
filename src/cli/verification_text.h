#pragma once

#include <string>

#include "cli/console.h"
#include "verify/repetition.h"

namespace ibid::cli {

// How a repetition compares with the first run, and below it what differs, the strongest evidence first.
std::string run_text(const Console& console, const verify::Repetition& run);

// A line of verdict for each setup; those that are expected to differ only tell how often they did.
std::string verdicts_text(const Console& console, const verify::VerificationResult& result);

}  // namespace ibid::cli
