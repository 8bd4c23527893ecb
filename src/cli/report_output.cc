#include "cli/report_output.h"

#include "cli/console.h"
#include "cli/invocation.h"
#include "cli/report_text.h"
#include "platform/atomic_file.h"
#include "report/html.h"
#include "report/markdown.h"
#include "report/redact.h"

namespace ibid::cli {

Result<void> output_report(Json report, std::span<const report::Section> sections, std::string_view title,
                           const Invocation& invocation, Console& console) {
  if (invocation.flag("redact")) report = report::redacted(report, sections);
  if (const auto path = invocation.text("html")) {
    IBID_TRY(platform::write_file_atomically(*path, report::html(report, sections, title)));
    console.print("written: " + *path + "\n");
    return {};
  }
  if (invocation.flag("json")) {
    console.print(json_text(report));
  } else if (invocation.flag("md")) {
    console.print(report::markdown(report, sections, title));
  } else {
    print_report(report, sections, console);
  }
  return {};
}

std::vector<OptionSpec> report_output_options() {
  return {{.name = "json", .help = "report as JSON"},
          {.name = "html",
           .type = OptionType::kPath,
           .value_name = "FILE",
           .help = "write the report as one HTML page that needs nothing else"},
          {.name = "md", .help = "report as Markdown"},
          {.name = "redact", .help = "leave out serial numbers, names, paths and addresses"}};
}

}  // namespace ibid::cli
