#pragma once

#include "environment/report_fields.h"
#include "environment/subject.h"

namespace ibid::environment {

Python collect_python(const Subject& subject, const PythonAnswers& answers);

// The folders in which the interpreter looks for modules, in its order; none if it did not answer.
std::vector<std::string> module_search_path(const PythonAnswers& answers);

}  // namespace ibid::environment
