#pragma once

#include <set>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "verify/variation.h"

namespace ibid::cli {

class Invocation;

// The options of `ibid verify` that each name things to change from run to run: --threads, --isa, ...
std::vector<OptionSpec> variation_options();

// What they ask for of the runs that `record` describes, in the order of the options. `probes` are varied in
// any case: where the option is not given, in a few usual ways. Errors (usage): a value that an option does
// not have.
Result<std::vector<verify::Variation>> read_variations(const Invocation& invocation,
                                                       const verify::RecordOptions& record,
                                                       const std::set<std::string_view>& probes);

}  // namespace ibid::cli
