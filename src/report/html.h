#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "report/fields.h"

namespace ibid::report {

// A report as one HTML page that needs nothing else: no script, no font and no picture from elsewhere; dark
// or light as the reader's system has it; printable. The report must have passed check().
std::string html(const Json& report, std::span<const Section> sections, std::string_view title);

// Text as content or attribute of HTML.
std::string html_escaped(std::string_view text);

}  // namespace ibid::report
