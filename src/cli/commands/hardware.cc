#include "base/json.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "cli/report_text.h"
#include "hardware/report.h"
#include "hardware/usage_sampler.h"
#include "platform/atomic_file.h"
#include "platform/clock.h"
#include "report/html.h"
#include "report/markdown.h"
#include "report/redact.h"

namespace ibid::cli {
namespace {

constexpr std::string_view kTitle = "Hardware report";

Result<hardware::Report> collect(const Invocation& invocation) {
  const hardware::Machine machine = hardware::Machine::this_one();
  const hardware::CollectOptions options{.process = invocation.integer("pid")};
  const std::optional<double> duration_s = invocation.number("sample");
  if (!duration_s) return hardware::collect(machine, options);
  // Before anything else is collected: that work is none of the process's.
  IBID_ASSIGN(hardware::UsageSampler sampler,
              hardware::UsageSampler::create(machine, options.libraries, options.process));
  hardware::Report used;
  IBID_TRY(hardware::sample_usage(sampler,
                                  {.duration_s = *duration_s,
                                   .interval_s = *invocation.number("interval"),
                                   .now_s = platform::monotonic_seconds,
                                   .wait = platform::sleep_seconds},
                                  used));
  hardware::Report report = hardware::collect(machine, options);
  report.used = std::move(used.used);
  report.used_gpus = std::move(used.used_gpus);
  return report;
}

Result<int> run(const Invocation& invocation, Console& console) {
  const auto sections = hardware::report_sections();
  IBID_ASSIGN(const hardware::Report report, collect(invocation));
  Json json = hardware::report_json(report);
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
                  {.name = "redact", .help = "leave out serial numbers, names and addresses"},
                  {.name = "sample",
                   .type = OptionType::kNumber,
                   .value_name = "SECONDS",
                   .help = "look for so long at what is used: cores, memory, accelerators"},
                  {.name = "interval",
                   .type = OptionType::kNumber,
                   .value_name = "SECONDS",
                   .default_value = "0.5",
                   .help = "how often --sample looks"},
                  {.name = "pid",
                   .type = OptionType::kInteger,
                   .value_name = "PID",
                   .help =
                       "what this process with its children uses, which libraries it has loaded and which "
                       "devices its variables name",
                   .least = 1}},
      .examples = {{"ibid hardware", "for people"},
                   {"ibid hardware --json > machine.json", "to keep, and to compare later"},
                   {"ibid hardware --redact --html machine.html", "to show to others"},
                   {"ibid hardware --sample 10 --pid 4711", "what a training really uses"}},
      .run = run,
  };
}

}  // namespace ibid::cli
