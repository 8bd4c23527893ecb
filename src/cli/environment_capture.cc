#include "cli/environment_capture.h"

#include <algorithm>

#include "cli/invocation.h"
#include "environment/live.h"
#include "environment/report.h"

namespace ibid::cli {
namespace {

std::optional<int64_t> process_id(const Invocation& invocation) {
  const bool has_option = std::ranges::any_of(invocation.command().options,
                                              [](const OptionSpec& option) { return option.name == "pid"; });
  return has_option ? invocation.integer("pid") : std::nullopt;
}

}  // namespace

Result<CapturedEnvironment> capture_environment(const Invocation& invocation) {
  const auto process = process_id(invocation);
  const std::vector<std::string> imports = invocation.texts("import");
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

std::vector<OptionSpec> capture_options() {
  return {{.name = "python",
           .type = OptionType::kPath,
           .value_name = "PROGRAM",
           .help = "the interpreter; by default that of the active environment, else python3 in PATH"},
          {.name = "import",
           .type = OptionType::kText,
           .value_name = "MODULE",
           .help = "import this module there, which runs its code, and look at the libraries, the "
                   "floating-point state and the switches that come with it; may be repeated",
           .repeatable = true}};
}

}  // namespace ibid::cli
