#pragma once

#include "environment/report_fields.h"
#include "environment/subject.h"

namespace ibid::environment {

// Every field of the report, each with its value and source or the reason why it is not known.
Report collect(const Subject& subject, const PythonAnswers& python);

}  // namespace ibid::environment
