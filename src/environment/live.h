#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "environment/subject.h"

namespace ibid::environment {

// This process's own environment, as a program started now from here would find it.
Subject this_environment();

// That of a running process. Errors: there is none of that number, or it belongs to somebody else.
Result<Subject> environment_of_process(int64_t process_id);

// Asks a Python interpreter about itself with the subject's variables. `program` is a path or a name in PATH;
// empty: the active virtual or conda environment's, the process's own program, or python3 from PATH, in this
// order. That none was found or that it did not answer is told inside. Modules in `imports` are imported
// there, which runs their code; that one cannot be is told inside too.
PythonAnswers ask_python(const Subject& subject, const std::string& program,
                         const std::vector<std::string>& imports = {});

}  // namespace ibid::environment
