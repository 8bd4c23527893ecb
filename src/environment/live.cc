#include "environment/live.h"

#include "base/number_text.h"
#include "base/text.h"
#include "environment/python_probe.h"
#include "environment/variables.h"
#include "platform/environment.h"
#include "platform/process.h"

namespace ibid::environment {
namespace {

constexpr double kTimeoutSeconds = 20;
constexpr double kImportTimeoutSeconds = 300;  // frameworks on a network's disk take minutes

// The interpreter that `python` would mean in this environment, and how it was found.
std::string default_interpreter(const Subject& subject) {
  if (subject.process_id) {
    const auto program = subject.files.link("/proc/" + number_text(*subject.process_id) + "/exe");
    return program.ok() ? program.value() : "";
  }
  for (const char* name : {"VIRTUAL_ENV", "CONDA_PREFIX"}) {
    const auto found = subject.variables.find(name);
    if (found == subject.variables.end() || !found->second.starts_with('/')) continue;
    if (subject.files.exists(found->second + "/bin/python")) return found->second + "/bin/python";
  }
  for (const char* name : {"python3", "python"}) {
    if (const auto path = platform::find_program(name)) return path->string();
  }
  return "";
}

Error no_answer(const std::string& program, const std::string& what) {
  return Error(ErrorCode::kNotFound, "'" + program + "' did not answer as a Python interpreter: " + what,
               "name another with --python, or see what it prints with -c 'print(1)'");
}

Result<Json> answers_of(const Subject& subject, const std::string& program,
                        const std::vector<std::string>& imports) {
  platform::ProcessRequest request;
  request.arguments = {program, "-c", std::string(kPythonProbe)};
  request.arguments.insert(request.arguments.end(), imports.begin(), imports.end());
  if (subject.process_id) {
    for (const auto& [name, value] : subject.variables) {
      if (name.starts_with("PYTHON") || name == "VIRTUAL_ENV" || name == "LD_LIBRARY_PATH")
        request.environment.emplace_back(name, value);
    }
  }
  const double timeout_seconds = imports.empty() ? kTimeoutSeconds : kImportTimeoutSeconds;
  request.timeout_seconds = timeout_seconds;
  IBID_ASSIGN(const platform::ProcessResult result, platform::run_process(request));
  if (result.timed_out)
    return no_answer(program, "it took longer than " + number_text(timeout_seconds) + " s");
  if (result.exit_status != 0) {
    const std::string message(trim(result.standard_error));
    return no_answer(program, message.substr(message.rfind('\n') + 1));
  }
  // sitecustomize and the like may print before the probe does.
  const std::string output(trim(result.standard_output));
  auto json = parse_json(std::string_view(output).substr(output.rfind('\n') + 1), "its answer");
  if (!json.ok()) return no_answer(program, json.error().message());
  return json;
}

}  // namespace

Subject this_environment() {
  Subject subject;
  subject.variables = platform::all_environment_variables();
  return subject;
}

Result<Subject> environment_of_process(int64_t process_id) {
  Subject subject;
  const std::string folder = "/proc/" + number_text(process_id);
  if (!subject.files.exists(folder)) {
    return Error(ErrorCode::kNotFound, "there is no process " + number_text(process_id),
                 "'pgrep -a python' shows the running ones");
  }
  const Result<std::string> environ = subject.files.read(folder + "/environ");
  if (!environ.ok()) {
    return Error(ErrorCode::kPermission, "process " + number_text(process_id) + " belongs to somebody else",
                 "run ibid as the same user, or as root");
  }
  subject.process_id = process_id;
  subject.variables = parse_environ(environ.value());
  return subject;
}

PythonAnswers ask_python(const Subject& subject, const std::string& program,
                         const std::vector<std::string>& imports) {
  std::string chosen = program.empty() ? default_interpreter(subject) : program;
  if (chosen.empty())
    return {"",
            Error(ErrorCode::kNotFound, "there is no python3 in PATH", "name an interpreter with --python")};
  if (!program.empty()) {
    const auto path = platform::find_program(program);
    if (!path)
      return {"", Error(ErrorCode::kNotFound, "there is no program '" + program + "'",
                        "give the path of a Python interpreter, or its name in PATH")};
    chosen = path->string();
  }
  Result<Json> json = answers_of(subject, chosen, imports);
  return {std::move(chosen), std::move(json)};
}

}  // namespace ibid::environment
