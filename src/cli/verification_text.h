#pragma once

#include <string>

#include "cli/console.h"
#include "verify/repetition.h"

namespace ibid::cli {

// How a repetition compares with the first run, and below it what differs, the strongest evidence first.
std::string run_text(const Console& console, const verify::Repetition& run);

// What differs, the strongest evidence first, an indented line each; empty if nothing does.
std::string difference_text(const verify::RunComparison& comparison);

// A line of verdict for each setup; those that are expected to differ only tell how often they did.
std::string verdicts_text(const Console& console, const verify::VerificationResult& result);

// What to try where runs differ in nothing but their output; empty if they differ in more.
std::string output_hint(const verify::VerificationResult& result);

// The first operations behind the differences, as `first_operations` of a report has them.
std::string first_operations_text(const Console& console, const Json& findings);

}  // namespace ibid::cli
