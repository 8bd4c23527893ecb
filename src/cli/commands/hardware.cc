#include "cli/command.h"
#include "cli/invocation.h"
#include "cli/report_output.h"
#include "hardware/report.h"
#include "hardware/usage_sampler.h"
#include "platform/clock.h"

namespace ibid::cli {
namespace {

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
  IBID_ASSIGN(const hardware::Report report, collect(invocation));
  IBID_TRY(output_report(hardware::report_json(report), hardware::report_sections(), "Hardware report",
                         invocation, console));
  return 0;
}

std::vector<OptionSpec> options() {
  std::vector<OptionSpec> options = report_output_options();
  options.push_back({.name = "sample",
                     .type = OptionType::kNumber,
                     .value_name = "SECONDS",
                     .help = "look for so long at what is used: cores, memory, accelerators"});
  options.push_back({.name = "interval",
                     .type = OptionType::kNumber,
                     .value_name = "SECONDS",
                     .default_value = "0.5",
                     .help = "how often --sample looks"});
  options.push_back({.name = "pid",
                     .type = OptionType::kInteger,
                     .value_name = "PID",
                     .help = "what this process with its children uses, which libraries it has loaded and "
                             "which devices its variables name",
                     .least = 1});
  return options;
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
      .options = options(),
      .examples = {{"ibid hardware", "for people"},
                   {"ibid hardware --json > machine.json", "to keep, and to compare later"},
                   {"ibid hardware --redact --html machine.html", "to show to others"},
                   {"ibid hardware --sample 10 --pid 4711", "what a training really uses"}},
      .run = run,
  };
}

}  // namespace ibid::cli
