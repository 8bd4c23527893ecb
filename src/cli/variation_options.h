#pragma once

#include <vector>

#include "cli/command.h"
#include "verify/variation.h"

namespace ibid::cli {

class Invocation;

// The options of `ibid verify` that each name things to change from run to run: --threads, --isa, ...
std::vector<OptionSpec> variation_options();

// What they ask for of the runs that `record` describes, in the order of the options. Errors (usage): a value
// that an option does not have.
Result<std::vector<verify::Variation>> read_variations(const Invocation& invocation,
                                                       const verify::RecordOptions& record);

}  // namespace ibid::cli
