#pragma once

#include "environment/report_fields.h"
#include "environment/subject.h"

namespace ibid::environment {

// How the processor rounds and what it does with numbers too small to be normal: in the named process, else
// in a fresh interpreter; and after the imports.
FloatingPoint collect_floating_point(const Subject& subject, const PythonAnswers& answers);

}  // namespace ibid::environment
