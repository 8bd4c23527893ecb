#include "cli/command.h"
#include "cli/invocation.h"
#include "cli/report_output.h"
#include "environment/live.h"
#include "environment/report.h"

namespace ibid::cli {
namespace {

Result<int> run(const Invocation& invocation, Console& console) {
  environment::Subject subject = environment::this_environment();
  if (const auto process = invocation.integer("pid")) {
    IBID_ASSIGN(subject, environment::environment_of_process(*process));
  }
  const std::string program = invocation.text("python").value_or("");
  const environment::PythonAnswers python = environment::ask_python(subject, program);
  // Someone who names an interpreter wants that one and no report without it.
  if (!program.empty() && !python.json.ok()) return python.json.error();
  const environment::Report report = environment::collect(subject, python);
  IBID_TRY(output_report(environment::report_json(report), environment::report_sections(),
                         "Software environment", invocation, console));
  return 0;
}

}  // namespace

CommandSpec env_capture_command() {
  std::vector<OptionSpec> options = {
      {.name = "python",
       .type = OptionType::kPath,
       .value_name = "PROGRAM",
       .help = "the interpreter; by default that of the active environment, else python3 in PATH"},
      {.name = "pid",
       .type = OptionType::kInteger,
       .value_name = "N",
       .help = "look at a running process: its variables, interpreter and loaded libraries",
       .least = 1}};
  for (const OptionSpec& option : report_output_options()) options.push_back(option);
  return {
      .name = "env capture",
      .summary = "report what software a training would run on",
      .description =
          "Collects the Python interpreter with its packages and their origin, conda packages, the switches "
          "for "
          "threads, determinism and precision, and of a running process the shared libraries it has loaded. "
          "Every "
          "field has a value with its source, or says why it is not known. Of the environment's variables "
          "those "
          "that libraries of the field read are kept; what looks like a secret never is.",
      .options = std::move(options),
      .examples = {{"ibid env capture", "the environment of this shell"},
                   {"ibid env capture --pid 4711 --json > env.json", "of a running training, to keep"}},
      .run = run,
  };
}

}  // namespace ibid::cli
