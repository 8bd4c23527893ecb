#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "verify/operation_search.h"
#include "verify/repetition.h"

namespace ibid::verify {

// Looks for the first operation behind the differences of a setup: for its repetitions if they differ,
// otherwise for the first run of each factor that matters. One object each (docs/formats/verification.md,
// "First operation"). Records of further repetitions go below `folder`. Errors: those of find_operation().
Result<Json> first_operations(const RecordOptions& record, const SetupResult& setup,
                              const platform::Path& folder);

// An object of first_operations() as labels and texts for people, in order.
std::vector<std::pair<std::string, std::string>> first_operation_lines(const Json& finding);

}  // namespace ibid::verify
