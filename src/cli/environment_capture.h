#pragma once

#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "environment/report_fields.h"
#include "environment/subject.h"

namespace ibid::cli {

struct CapturedEnvironment {
  environment::Subject subject;
  environment::PythonAnswers python;
  environment::Report report;
};

// The environment that --python, --pid and --import name. Errors: a named interpreter does not answer, a
// named process is none.
Result<CapturedEnvironment> capture_environment(const Invocation& invocation);

OptionSpec python_option();

// --python and --import.
std::vector<OptionSpec> capture_options();

}  // namespace ibid::cli
