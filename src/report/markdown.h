#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "report/fields.h"

namespace ibid::report {

// A report as Markdown: a table for each section. The report must have passed check().
std::string markdown(const Json& report, std::span<const Section> sections, std::string_view title);

}  // namespace ibid::report
