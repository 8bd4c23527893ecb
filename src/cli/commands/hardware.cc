#include "cli/command.h"
#include "cli/report_output.h"
#include "hardware/report.h"

namespace ibid::cli {
namespace {

Result<int> run(const Invocation& invocation, Console& console) {
  const hardware::Report report = hardware::collect(hardware::Machine::this_one());
  IBID_TRY(output_report(hardware::report_json(report), hardware::report_sections(), "Hardware report",
                         invocation, console));
  return 0;
}

}  // namespace

CommandSpec hardware_command() {
  return {
      .name = "hardware",
      .summary = "report what this machine is made of",
      .description =
          "Collects the facts about processor, memory, accelerators, disks, network and system that a "
          "reproduction may need. Every field has a value with its source, or says why it is not known; "
          "where "
          "sources disagree, all are shown. Root is not needed; fields say what it would add.",
      .options = report_output_options(),
      .examples = {{"ibid hardware", "for people"},
                   {"ibid hardware --json > machine.json", "to keep, and to compare later"},
                   {"ibid hardware --redact --html machine.html", "to show to others"}},
      .run = run,
  };
}

}  // namespace ibid::cli
