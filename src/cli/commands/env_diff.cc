#include "cli/command.h"
#include "cli/report_diff.h"
#include "environment/report_fields.h"

namespace ibid::cli {
namespace {

Result<int> run(const Invocation& invocation, Console& console) {
  return run_report_diff(invocation, console,
                         {"ibid.environment", environment::kFormatVersion, environment::report_sections()});
}

}  // namespace

CommandSpec env_diff_command() {
  return {
      .name = "env diff",
      .summary = "compare two captured environments, with a verdict",
      .description =
          "Compares packages by name, libraries by path, and every switch, and says what that means for "
          "results: "
          "'same results expected' or 'may differ' with the reasons. A field that one of the captures does "
          "not know "
          "counts as a difference that nobody can tell.",
      .arguments = {{"A", "a capture written by ibid env capture --json"}, {"B", "the other capture"}},
      .options = report_diff_options(),
      .examples = {{"ibid env diff mine.json theirs.json", "what differs between two installations?"}},
      .exit_statuses = {{1, "the verdict is not 'same results expected'"}},
      .run = run,
  };
}

}  // namespace ibid::cli
