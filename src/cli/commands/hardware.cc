#include "base/json.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "cli/report_text.h"
#include "hardware/report.h"
#include "platform/atomic_file.h"
#include "report/html.h"
#include "report/markdown.h"
#include "report/redact.h"

namespace ibid::cli {
namespace {

constexpr std::string_view kTitle = "Hardware report";

Result<int> run(const Invocation& invocation, Console& console) {
  const auto sections = hardware::report_sections();
  Json json = hardware::report_json(hardware::collect(hardware::Machine::this_one()));
  if (invocation.flag("redact")) json = report::redacted(json, sections);
  if (const auto path = invocation.text("html")) {
    IBID_TRY(platform::write_file_atomically(*path, report::html(json, sections, kTitle)));
    console.print("written: " + *path + "\n");
    return 0;
  }
  if (invocation.flag("json")) {
    console.print(json_text(json));
  } else if (invocation.flag("md")) {
    console.print(report::markdown(json, sections, kTitle));
  } else {
    print_report(json, sections, console);
  }
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
      .options = {{.name = "json", .help = "report as JSON (docs/formats/hardware.md)"},
                  {.name = "html",
                   .type = OptionType::kPath,
                   .value_name = "FILE",
                   .help = "write the report as one HTML page that needs nothing else"},
                  {.name = "md", .help = "report as Markdown"},
                  {.name = "redact", .help = "leave out serial numbers, names and addresses"}},
      .examples = {{"ibid hardware", "for people"},
                   {"ibid hardware --json > machine.json", "to keep, and to compare later"},
                   {"ibid hardware --redact --html machine.html", "to show to others"}},
      .run = run,
  };
}

}  // namespace ibid::cli
