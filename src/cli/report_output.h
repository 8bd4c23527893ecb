#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "cli/command.h"
#include "report/fields.h"

namespace ibid::cli {

class Console;
class Invocation;

// Prints a report, or writes it, in the form that the options ask for.
Result<void> output_report(Json report, std::span<const report::Section> sections, std::string_view title,
                           const Invocation& invocation, Console& console);

// The options that it understands: --json, --html FILE, --md, --redact.
std::vector<OptionSpec> report_output_options();

}  // namespace ibid::cli
