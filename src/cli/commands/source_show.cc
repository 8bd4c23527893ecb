#include "cli/command.h"
#include "cli/invocation.h"
#include "cli/report_output.h"
#include "cli/source_store.h"
#include "source/report_fields.h"

namespace ibid::cli {
namespace {

Result<int> run(const Invocation& invocation, Console& console) {
  IBID_ASSIGN(const Json record, read_source_record(*invocation.argument("RECORD")));
  IBID_TRY(output_report(record, source::report_sections(), "Source report", invocation, console));
  return 0;
}

}  // namespace

CommandSpec source_show_command() {
  return {
      .name = "source show",
      .summary = "show a record of source",
      .description =
          "Prints what ibid source capture wrote: for people, as Markdown, as one HTML page, or made fit to "
          "be shown to anybody.",
      .arguments = {{"RECORD", "a record written by ibid source capture"}},
      .options = report_output_options(),
      .examples = {{"ibid source show source.json", "what is in it?"},
                   {"ibid source show source.json --redact --json", "the same without paths and addresses"}},
      .run = run,
  };
}

}  // namespace ibid::cli
