#include "cli/command.h"
#include "cli/report_diff.h"
#include "hardware/report_fields.h"

namespace ibid::cli {
namespace {

Result<int> run(const Invocation& invocation, Console& console) {
  return run_report_diff(invocation, console,
                         {"ibid.hardware", hardware::kFormatVersion, hardware::report_sections()});
}

}  // namespace

CommandSpec hardware_diff_command() {
  return {
      .name = "hardware diff",
      .summary = "compare two hardware reports, with a verdict",
      .description =
          "Compares what two machines are made of and says what that means for results: 'same results "
          "expected', "
          "'may differ' with the reasons, or 'different class'. A field that one of the reports does not "
          "know counts "
          "as a difference that nobody can tell.",
      .arguments = {{"A", "a report written by ibid hardware --json"}, {"B", "the other report"}},
      .options = report_diff_options(),
      .examples = {{"ibid hardware diff mine.json theirs.json", "would their machine give my results?"}},
      .exit_statuses = {{1, "the verdict is not 'same results expected'"}},
      .run = run,
  };
}

}  // namespace ibid::cli
