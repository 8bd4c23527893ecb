#include "environment/debian.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "base/text.h"

namespace ibid::environment {
namespace {

constexpr const char* kLists = "/var/lib/dpkg/info";
constexpr const char* kStatus = "/var/lib/dpkg/status";

// The package whose list of files is NAME.list or NAME:ARCHITECTURE.list.
std::string package_of(const std::string& list) {
  const size_t colon = list.find(':');
  return list.substr(0, colon == std::string::npos ? list.size() - std::string_view(".list").size() : colon);
}

// By file, the package that owns it; only for the files wanted.
std::map<std::string, std::string> owners_of(const Subject& subject,
                                             const std::map<std::string, std::string>& wanted) {
  std::map<std::string, std::string> owners;
  for (const std::string& list : subject.files.names(kLists)) {
    if (!list.ends_with(".list")) continue;
    const Result<std::string> text = subject.files.read(std::string(kLists) + "/" + list);
    if (!text.ok()) continue;
    std::string_view rest = text.value();
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      // Only lines that can be shared libraries are worth a search.
      if (line.find(".so") == std::string_view::npos && line.find("bin/") == std::string_view::npos) continue;
      const auto found = wanted.find(std::string(line));
      if (found != wanted.end()) owners.emplace(found->second, package_of(list));
    }
  }
  return owners;
}

std::map<std::string, std::string> versions(const Subject& subject) {
  std::map<std::string, std::string> versions;
  const Result<std::string> status = subject.files.read(kStatus, 256 << 20);
  if (!status.ok()) return versions;
  std::string package;
  for (const std::string& line : split(status.value(), '\n')) {
    if (line.starts_with("Package: ")) package = line.substr(9);
    if (line.starts_with("Version: ") && !package.empty()) versions.emplace(package, line.substr(9));
  }
  return versions;
}

}  // namespace

void name_owners(const Subject& subject, std::vector<Library>& libraries) {
  // The lists may name a file by its place before /lib became a link to /usr/lib.
  std::map<std::string, std::string> wanted;
  for (const Library& library : libraries) {
    const std::string& path = library.path.value();
    wanted.emplace(path, path);
    if (path.starts_with("/usr/")) wanted.emplace(path.substr(4), path);
  }
  const bool has_lists = subject.files.exists(kLists);
  const auto owners = has_lists ? owners_of(subject, wanted) : std::map<std::string, std::string>();
  const auto version_of = owners.empty() ? std::map<std::string, std::string>() : versions(subject);
  const std::string nobody =
      has_lists ? "no package of the system owns it" : std::string("there is no ") + kLists;
  for (Library& library : libraries) {
    const auto owner = owners.find(library.path.value());
    library.owner = library.owner_version = Fact<std::string>::unknown(nobody);
    if (owner == owners.end()) continue;
    library.owner =
        Fact<std::string>::known(owner->second, std::string(kLists) + "/" + owner->second + ".list");
    const auto version = version_of.find(owner->second);
    library.owner_version =
        version == version_of.end()
            ? Fact<std::string>::unknown(std::string(kStatus) + " does not list " + owner->second)
            : Fact<std::string>::known(version->second, kStatus);
  }
}

}  // namespace ibid::environment
