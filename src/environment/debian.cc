#include "environment/debian.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace ibid::environment {
namespace {

constexpr const char* kLists = "/var/lib/dpkg/info";
constexpr const char* kStatus = "/var/lib/dpkg/status";
constexpr int64_t kMaxStatusBytes = 256 << 20;

// The package whose list of files is NAME.list or NAME:ARCHITECTURE.list.
std::string package_of(const std::string& list) {
  const size_t colon = list.find(':');
  return list.substr(0, colon == std::string::npos ? list.size() - std::string_view(".list").size() : colon);
}

// Only lines that can be shared libraries, programs or metadata are worth a search.
bool may_be_wanted(std::string_view line) {
  return line.find(".so") != std::string_view::npos || line.find("bin/") != std::string_view::npos ||
         line.find("-info") != std::string_view::npos;
}

void take_line(DebianPackage& package, std::string_view line) {
  const auto value = [line](std::string_view key) { return std::string(trim(line.substr(key.size()))); };
  if (line.starts_with("Version: ")) package.version = value("Version: ");
  if (line.starts_with("Architecture: ")) package.architecture = value("Architecture: ");
  if (line.starts_with("Essential: yes")) package.is_essential = true;
  if (line.starts_with("Provides: ")) package.provides = value("Provides: ");
  for (const std::string_view key : {"Pre-Depends: ", "Depends: "}) {
    if (line.starts_with(key)) package.depends += (package.depends.empty() ? "" : ", ") + value(key);
  }
}

// "libc6 (>= 2.36), python3:any | python" -> {{"libc6"}, {"python3", "python"}}.
std::vector<std::vector<std::string>> alternatives(const std::string& depends) {
  std::vector<std::vector<std::string>> all;
  for (const std::string& group : split(depends, ',')) {
    std::vector<std::string> names;
    for (const std::string& entry : split(group, '|')) {
      const std::string_view name = trim(entry);
      if (!name.empty()) names.emplace_back(name.substr(0, name.find_first_of(" (:[")));
    }
    if (!names.empty()) all.push_back(std::move(names));
  }
  return all;
}

using Installed = std::map<std::string, DebianPackage>;

// Every name a dependency may use, with the installed package that stands for it.
std::map<std::string, std::string> names_of(const Installed& installed) {
  std::map<std::string, std::string> names;
  for (const auto& [name, package] : installed) names[name] = name;
  for (const auto& [name, package] : installed) {
    for (const auto& group : alternatives(package.provides)) names.emplace(group.front(), name);
  }
  return names;
}

std::set<std::string> closure(const Installed& installed, const std::set<std::string>& roots) {
  const std::map<std::string, std::string> names = names_of(installed);
  std::set<std::string> reached;
  std::vector<std::string> open(roots.begin(), roots.end());
  while (!open.empty()) {
    const auto name = names.find(open.back());
    open.pop_back();
    if (name == names.end() || !reached.insert(name->second).second) continue;
    for (const auto& group : alternatives(installed.at(name->second).depends)) {
      const auto present =
          std::ranges::find_if(group, [&names](const std::string& entry) { return names.contains(entry); });
      if (present != group.end()) open.push_back(*present);
    }
  }
  return reached;
}

// The owner of a file and its version, or why they are not known.
class Owners {
 public:
  Owners(const Subject& subject, const std::set<std::string>& paths)
      : has_lists_(subject.files.exists(kLists)), owners_(owners_of(subject, paths)) {
    if (!owners_.empty()) installed_ = installed_packages(subject);
  }

  template <class Item>
  void name(const std::string& path, Item& item) const {
    const auto owner = owners_.find(path);
    if (owner == owners_.end()) {
      item.owner = item.owner_version = Fact<std::string>::unknown(
          has_lists_ ? "no package of the system owns it" : std::string("there is no ") + kLists);
      return;
    }
    item.owner = Fact<std::string>::known(owner->second, std::string(kLists) + "/" + owner->second + ".list");
    const auto package = installed_.find(owner->second);
    item.owner_version =
        package == installed_.end()
            ? Fact<std::string>::unknown(std::string(kStatus) + " does not list " + owner->second)
            : Fact<std::string>::known(package->second.version, kStatus);
  }

 private:
  bool has_lists_;
  std::map<std::string, std::string> owners_;
  Installed installed_;
};

// An egg that is a file lies under its own name; of a folder one file is looked for.
std::string owned_path(const Subject& subject, const Package& package) {
  const std::string& place = package.metadata.value();
  if (place.ends_with(".dist-info")) return place + "/METADATA";
  return subject.files.exists(place + "/PKG-INFO") ? place + "/PKG-INFO" : place;
}

}  // namespace

std::map<std::string, std::string> owners_of(const Subject& subject, const std::set<std::string>& paths) {
  // The lists may name a file by its place before /lib became a link to /usr/lib.
  std::map<std::string, std::string, std::less<>> wanted;
  for (const std::string& path : paths) {
    wanted.emplace(path, path);
    if (path.starts_with("/usr/")) wanted.emplace(path.substr(4), path);
  }
  std::map<std::string, std::string> owners;
  if (wanted.empty()) return owners;
  for (const std::string& list : subject.files.names(kLists)) {
    if (!list.ends_with(".list")) continue;
    const Result<std::string> text = subject.files.read(std::string(kLists) + "/" + list);
    if (!text.ok()) continue;
    std::string_view rest = text.value();
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      if (!may_be_wanted(line)) continue;
      const auto found = wanted.find(line);
      if (found != wanted.end()) owners.emplace(found->second, package_of(list));
    }
  }
  return owners;
}

std::map<std::string, DebianPackage> installed_packages(const Subject& subject) {
  Installed installed;
  const Result<std::string> status = subject.files.read(kStatus, kMaxStatusBytes);
  if (!status.ok()) return installed;
  DebianPackage* package = nullptr;
  for (const std::string& line : split(status.value(), '\n')) {
    if (line.starts_with("Package: ")) {
      const std::string name(trim(std::string_view(line).substr(9)));
      package = &installed[name];
      *package = DebianPackage{.name = name};
    } else if (package != nullptr && line.starts_with("Status: ") && !line.ends_with(" installed")) {
      installed.erase(package->name);  // removed, its configuration left behind
      package = nullptr;
    } else if (package != nullptr) {
      take_line(*package, line);
    }
  }
  return installed;
}

std::vector<DebianPackage> with_dependencies(const std::map<std::string, DebianPackage>& installed,
                                             const std::set<std::string>& names) {
  std::set<std::string> essential;
  for (const auto& [name, package] : installed) {
    if (package.is_essential) essential.insert(name);
  }
  const std::set<std::string> base = closure(installed, essential);
  std::vector<DebianPackage> packages;
  for (const std::string& name : closure(installed, names)) {
    if (!base.contains(name)) packages.push_back(installed.at(name));
  }
  return packages;
}

void name_owners(const Subject& subject, std::vector<Library>& libraries) {
  std::set<std::string> paths;
  for (const Library& library : libraries) paths.insert(library.path.value());
  const Owners owners(subject, paths);
  for (Library& library : libraries) owners.name(library.path.value(), library);
}

void name_owners(const Subject& subject, std::vector<Package>& packages) {
  std::set<std::string> paths;
  for (const Package& package : packages) {
    if (package.location.value().starts_with("/usr/lib/python3")) paths.insert(owned_path(subject, package));
  }
  const Owners owners(subject, paths);
  for (Package& package : packages) owners.name(owned_path(subject, package), package);
}

}  // namespace ibid::environment
