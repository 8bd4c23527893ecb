#include "cli/environment_capture.h"

#include <algorithm>

#include "cli/invocation.h"
#include "environment/live.h"
#include "environment/report.h"

namespace ibid::cli {
namespace {

// Not every command that captures has each of the options.
bool has_option(const Invocation& invocation, std::string_view name) {
  return std::ranges::any_of(invocation.command().options,
                             [name](const OptionSpec& option) { return option.name == name; });
}

}  // namespace

Result<CapturedEnvironment> capture_environment(const Invocation& invocation) {
  const auto process = has_option(invocation, "pid") ? invocation.integer("pid") : std::nullopt;
  const auto imports =
      has_option(invocation, "import") ? invocation.texts("import") : std::vector<std::string>();
  if (process && !imports.empty()) {
    return Error(ErrorCode::kUsage, "--import starts an interpreter, and --pid looks at one that runs",
                 "leave one of them out");
  }
  environment::Subject subject = environment::this_environment();
  if (process) {
    IBID_ASSIGN(subject, environment::environment_of_process(*process));
  }
  const std::string program = invocation.text("python").value_or("");
  environment::PythonAnswers python = environment::ask_python(subject, program, imports);
  // Someone who names an interpreter wants that one and no report without it.
  if (!program.empty() && !python.json.ok()) return python.json.error();
  environment::Report report = environment::collect(subject, python);
  return CapturedEnvironment{std::move(subject), std::move(python), std::move(report)};
}

OptionSpec python_option() {
  return {.name = "python",
          .type = OptionType::kPath,
          .value_name = "PROGRAM",
          .help = "the interpreter; by default that of the active environment, else python3 in PATH"};
}

std::vector<OptionSpec> capture_options() {
  return {python_option(),
          {.name = "import",
           .type = OptionType::kText,
           .value_name = "MODULE",
           .help = "import this module there, which runs its code, and look at the libraries, the "
                   "floating-point state and the switches that come with it",
           .repeatable = true}};
}

}  // namespace ibid::cli
