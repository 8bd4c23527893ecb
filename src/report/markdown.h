#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "report/fields.h"

namespace ibid::report {

// A report as Markdown: a table for each section. The report must have passed check().
std::string markdown(const Json& report, std::span<const Section> sections, std::string_view title);

// Text as a cell of a table, or a line: no bars, no line ends, nothing that a page would take for markup.
std::string markdown_escaped(std::string_view text);

}  // namespace ibid::report
