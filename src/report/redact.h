#pragma once

#include <span>

#include "base/json.h"
#include "report/fields.h"

namespace ibid::report {

// Replaces every fact of a private field by {"redacted": why}, and in sources and reasons what such a fact
// says and every identifier of 32 or more hexadecimal digits, so that the report can be shown to anybody.
// Members that no section declares are left out.
Json redacted(const Json& report, std::span<const Section> sections);

}  // namespace ibid::report
