#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "cli/command.h"
#include "cli/console.h"
#include "verify/factors.h"

namespace ibid::cli {

class Invocation;

using Factors = std::vector<const verify::TaxonomyFactor*>;

// --factor and --all-factors.
std::vector<OptionSpec> factor_options();

// The factors that they name, in the order of their codes; none if neither was given. Errors (usage): a name
// that is none, or of several.
Result<Factors> read_factors(const Invocation& invocation);

// What has to be varied for these factors.
std::set<std::string_view> probes_of(const Factors& factors);

// A report's member `factors`, a line each.
std::string factors_text(const Console& console, const Json& factors);

}  // namespace ibid::cli
