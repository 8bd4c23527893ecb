#include "cli/command.h"
#include "cli/report_diff.h"
#include "source/report_fields.h"

namespace ibid::cli {
namespace {

Result<int> run(const Invocation& invocation, Console& console) {
  return run_report_diff(invocation, console,
                         {"ibid.source", source::kFormatVersion, source::report_sections()});
}

}  // namespace

CommandSpec source_diff_command() {
  return {
      .name = "source diff",
      .summary = "compare two records of source, with a verdict",
      .description =
          "Compares repositories and folders by name, changed files and notebooks by name and path: which "
          "commit, which files differ from it and how, which notebook has other code. Notebooks are compared "
          "by their code, whatever their outputs.",
      .arguments = {{"A", "a record written by ibid source capture"}, {"B", "the other record"}},
      .options = report_diff_options(),
      .examples = {{"ibid source diff monday.json today.json", "what was changed since?"}},
      .exit_statuses = {{1, "the verdict is not 'same results expected'"}},
      .run = run,
  };
}

}  // namespace ibid::cli
