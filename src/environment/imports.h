#pragma once

#include <string>
#include <vector>

#include "environment/report_fields.h"
#include "environment/subject.h"

namespace ibid::environment {

// The switches that frameworks answer for themselves once they are imported; unknown if nothing was imported.
FactList<Setting> collect_settings(const PythonAnswers& answers);

// What the interpreter had mapped after the imports, as in /proc/PID/maps; empty if nothing was imported.
std::string maps_after_import(const PythonAnswers& answers);

// "NAME: why" for each module that could not be imported.
std::vector<std::string> failed_imports(const PythonAnswers& answers);

// What the interpreter said after the imports; null if nothing was imported.
const Json* answers_after_import(const PythonAnswers& answers);

}  // namespace ibid::environment
