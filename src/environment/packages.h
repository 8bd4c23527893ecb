#pragma once

#include <string>
#include <vector>

#include "environment/report_fields.h"
#include "environment/subject.h"

namespace ibid::environment {

// The distributions that `import` would find along the module search path, by name. Of two with one name the
// first on the path counts, as it does for Python. A reason instead if there is no path.
FactList<Package> collect_packages(const Subject& subject, const std::vector<std::string>& search_path,
                                   const std::string& why_no_path);

// "Foo.Bar_baz" -> "foo-bar-baz": names that index servers take for the same.
std::string normalised_name(const std::string& name);

}  // namespace ibid::environment
