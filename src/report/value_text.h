#pragma once

#include <string>

#include "base/json.h"
#include "report/fields.h"

namespace ibid::report {

// A field's value as people read it: "16.0 GiB", "2.30 GHz", "yes", "avx2, fma"; "none" for an empty list.
std::string value_text(const Json& value, const Field& field);

}  // namespace ibid::report
