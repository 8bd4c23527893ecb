#pragma once

#include "base/json.h"
#include "verify/variation.h"

namespace ibid::verify {

// All that a variation changes, to be applied by another process; and the way back, which throws what the
// JSON library throws where a member is missing or of another type.
Json variation_json(const Variation& variation);
Variation parse_variation(const Json& json);

}  // namespace ibid::verify
