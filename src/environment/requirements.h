#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "environment/lock.h"

namespace ibid::environment {

// The lock as requirements of pip with hashes: what pip can check. Packages that cannot be written so are
// named in comments, with the reason. The same lock gives the same bytes.
std::string requirements_text(const Lock& lock);

// The packages that pip installs but cannot check: those from version control and those without a hash. pip
// refuses them beside hashes, so they have a file of their own. Empty if there are none.
std::string unhashed_requirements_text(const Lock& lock);

// "name=version" of every Debian package, one a line, as apt-get takes them, below comments. Empty if there
// are none.
std::string apt_text(const Lock& lock);

struct Requirement {
  std::string name;     // as index servers compare them
  std::string version;  // behind "=="; empty: the line pins none
  std::string origin;   // behind "@"
  std::vector<std::string> sha256;
};

// A file of requirements as pip, pip-compile and uv write them. Markers and options are passed over, comments
// too. Errors: a line that is no requirement, a file that refers to further ones.
Result<std::vector<Requirement>> parse_requirements(std::string_view text, std::string_view file_name);

}  // namespace ibid::environment
