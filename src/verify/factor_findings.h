#pragma once

#include <span>
#include <string>

#include "base/json.h"
#include "report/document.h"
#include "verify/factors.h"

namespace ibid::verify {

// What a verification says about each of these factors, as the member `factors` of its report
// (docs/formats/verification.md). `report` is the rest of report.json, `first` the run.json of its first run.
Json factors_json(std::span<const TaxonomyFactor* const> factors, const Json& report, const Json& first);

// The same for people: a line each.
report::DocumentSection factors_table(const Json& factors);

// "differs: threads=2: First divergence at step 0: loss."
std::string finding_text(const Json& factor);

}  // namespace ibid::verify
