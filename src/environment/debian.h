#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "environment/report_fields.h"
#include "environment/subject.h"

namespace ibid::environment {

// Fills in which package of a Debian system owns each library, with its version.
void name_owners(const Subject& subject, std::vector<Library>& libraries);

// The same for Python packages that lie below /usr/lib/python3; nobody owns the others.
void name_owners(const Subject& subject, std::vector<Package>& packages);

// By path, the Debian package that owns it; only for shared libraries, programs and the metadata of Python
// packages. Paths that nobody owns are left out.
std::map<std::string, std::string> owners_of(const Subject& subject, const std::set<std::string>& paths);

struct DebianPackage {
  std::string name = {}, version = {}, architecture = {};
  std::string depends = {};   // Pre-Depends and Depends, as the status file has them
  std::string provides = {};  // virtual packages
  bool is_essential = false;
};

// The installed ones by name, from dpkg's status file; none where there is no such file.
std::map<std::string, DebianPackage> installed_packages(const Subject& subject);

// The named packages and all they depend on, without what every Debian system has anyway: the essential
// packages and what these depend on.
std::vector<DebianPackage> with_dependencies(const std::map<std::string, DebianPackage>& installed,
                                             const std::set<std::string>& names);

}  // namespace ibid::environment
