#pragma once

#include <string>

#include "base/result.h"
#include "environment/report_fields.h"
#include "environment/subject.h"

namespace ibid::environment {

// conda's explicit list: the address of each package with its digest, from which conda, mamba and micromamba
// make the same environment without solving anything. Packages of pip are named in comments. Errors: there is
// no conda environment; a package's address or digest is not known.
Result<std::string> conda_explicit_text(const FactList<CondaPackage>& conda, const FactList<Package>& python);

// An environment.yml with the exact build of each package, and the versions of those that pip installed.
Result<std::string> conda_yaml_text(const FactList<CondaPackage>& conda, const FactList<Package>& python);

}  // namespace ibid::environment
