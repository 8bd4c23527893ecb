#pragma once

#include <span>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "report/fields.h"

namespace ibid::report {

struct Expected {
  std::string_view format;  // "ibid.hardware"
  int64_t version;
  std::span<const Section> sections;
};

// Whether a report read from outside has the form that the writers here give it: the renderers and the
// comparison take no other. `name` is the file's, for the error, which names the member that is wrong.
Result<void> check(const Json& report, const Expected& expected, std::string_view name);

}  // namespace ibid::report
