#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace ibid::cli {

// The paths at which two JSON values differ ("a.b"), each with both values; null where one has none.
Json differences_of(const Json& a, const Json& b);

// A title and a line for each; empty if there are none.
std::string differences_text(std::string_view title, const Json& differences);

}  // namespace ibid::cli
