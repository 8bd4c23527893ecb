#pragma once

#include <span>

#include "base/json.h"
#include "cli/console.h"
#include "report/fields.h"

namespace ibid::cli {

// A report of facts (report/fact_json.h) for the terminal, section by section.
void print_report(const Json& report, std::span<const report::Section> sections, Console& console);

}  // namespace ibid::cli
