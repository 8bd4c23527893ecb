#pragma once

#include "environment/report_fields.h"
#include "environment/subject.h"

namespace ibid::environment {

// The packages that conda put under `prefix`, by file name; none, with what was looked at, where it is no
// conda environment.
FactList<CondaPackage> collect_conda_packages(const Subject& subject, const Fact<std::string>& prefix);

}  // namespace ibid::environment
