#include "cli/command.h"
#include "cli/environment_capture.h"
#include "cli/invocation.h"
#include "cli/report_output.h"

namespace ibid::cli {
namespace {

Result<int> run(const Invocation& invocation, Console& console) {
  IBID_ASSIGN(const CapturedEnvironment captured, capture_environment(invocation));
  IBID_TRY(output_report(environment::report_json(captured.report), environment::report_sections(),
                         "Software environment", invocation, console));
  return 0;
}

}  // namespace

CommandSpec env_capture_command() {
  std::vector<OptionSpec> options = capture_options();
  options.push_back({.name = "pid",
                     .type = OptionType::kInteger,
                     .value_name = "N",
                     .help = "look at a running process: its variables, interpreter, loaded libraries and "
                             "floating-point state, for which it is stopped for a moment",
                     .least = 1});
  for (const OptionSpec& option : report_output_options()) options.push_back(option);
  return {
      .name = "env capture",
      .summary = "report what software a training would run on",
      .description =
          "Collects the Python interpreter with its packages and their origin, conda packages, the switches "
          "for "
          "threads, determinism and precision, the floating-point state, and of a running process or after "
          "imports the shared libraries it has loaded. "
          "Every "
          "field has a value with its source, or says why it is not known. Of the environment's variables "
          "those "
          "that libraries of the field read are kept; what looks like a secret never is.",
      .options = std::move(options),
      .examples = {{"ibid env capture", "the environment of this shell"},
                   {"ibid env capture --pid 4711 --json > env.json", "of a running training, to keep"},
                   {"ibid env capture --import torch", "and what PyTorch brings along and switches on"}},
      .run = run,
  };
}

}  // namespace ibid::cli
