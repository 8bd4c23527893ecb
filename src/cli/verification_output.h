#pragma once

#include <vector>

#include "base/json.h"
#include "cli/command.h"
#include "cli/console.h"
#include "platform/file.h"

namespace ibid::cli {

class Invocation;

// --junit and --ci.
std::vector<OptionSpec> report_file_options();

// report.json, report.html and report.md in the folder of the runs, and JUnit's XML where it was asked for.
// `first` is the record that was repeated.
Result<void> write_reports(const Json& report, const platform::Path& first, const platform::Path& folder,
                           const Invocation& invocation);

// Tells GitHub's runner, which reads standard output, at which lines runs part; and its summary page the
// report, where GITHUB_STEP_SUMMARY names the file of it.
Result<void> tell_ci(const Json& report, const platform::Path& folder, Console& console);

}  // namespace ibid::cli
