#pragma once

#include <vector>

#include "environment/subject.h"
#include "source/capture.h"

namespace ibid::source {

// Where an interpreter looks for modules that nobody installed: the folders of its search path outside of its
// own library and of site-packages and dist-packages, and those of packages installed to be edited. None of
// them is required.
std::vector<CaptureRoot> python_roots(const environment::Subject& subject,
                                      const environment::PythonAnswers& answers);

}  // namespace ibid::source
