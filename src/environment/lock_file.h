#pragma once

#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "environment/lock.h"

namespace ibid::environment {

inline constexpr std::string_view kLockFormat = "ibid.environment_lock";
inline constexpr int64_t kLockVersion = 1;

// The lock as ibid's own file: docs/formats/environment_lock.md.
Json lock_json(const Lock& lock);

// The environment record in a lock file, checked against its digest and made fit to be compared with a
// captured environment. Errors: it is no lock, of another version, damaged, or altered by hand.
Result<Json> record_in_lock(const Json& lock, std::string_view file_name);

}  // namespace ibid::environment
