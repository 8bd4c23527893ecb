#pragma once

#include <vector>

#include "environment/report_fields.h"
#include "environment/subject.h"

namespace ibid::environment {

// Fills in which package of a Debian system owns each library, with its version.
void name_owners(const Subject& subject, std::vector<Library>& libraries);

}  // namespace ibid::environment
