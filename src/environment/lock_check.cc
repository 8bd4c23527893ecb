#include "environment/lock_check.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/text.h"
#include "environment/lock.h"
#include "environment/packages.h"
#include "report/compare.h"

namespace ibid::environment {
namespace {

constexpr const char* kThere = "there";
constexpr const char* kNotThere = "not there";

bool is_known(const Json& fact) { return fact.is_object() && fact.contains("value"); }

std::string text_of(const Json& fact) {
  return is_known(fact) && fact["value"].is_string() ? fact["value"].get<std::string>() : "";
}

// What an unknown of one side means for a list: nobody can compare it.
std::string unknown_list(const Json& list) {
  return list.contains("unknown") ? list["unknown"].get<std::string>() : "";
}

std::string place_of(const report::Difference& difference) {
  const bool is_package = difference.section->name == "packages";
  std::string place(is_package ? "" : difference.section->title);
  if (!difference.item.empty()) place += (place.empty() ? "" : ", ") + difference.item;
  if (difference.field) place += ", " + std::string(difference.field->title);
  return place;
}

// Items of a list by their key, as index servers compare names.
std::map<std::string, const Json*> by_name(const Json& list) {
  std::map<std::string, const Json*> items;
  for (const Json& item : list["items"]) items.emplace(normalised_name(text_of(item["name"])), &item);
  return items;
}

class RecordCheck {
 public:
  RecordCheck(const Json& expected, const Json& found) : expected_(expected), found_(found) {}

  LockCheck take() {
    for (const report::Section& section : report_sections()) {
      const std::string name(section.name);
      if (name == "packages" || name == "conda_packages") {
        packages(section);
      } else if (name == "libraries") {
        libraries();
      } else if (can_be_compared(section)) {
        fields(section);
      }
    }
    sort_deviations(check_);
    return std::move(check_);
  }

 private:
  void add(std::string what, std::string expected, std::string found, Effect effect) {
    check_.deviations.push_back({std::move(what), std::move(expected), std::move(found), std::move(effect)});
  }

  bool can_be_compared(const report::Section& section) {
    if (!section.is_list) return true;
    const Json& expected = expected_[std::string(section.name)];
    const Json& found = found_[std::string(section.name)];
    return !nobody_knows(std::string(section.title), expected, found);
  }

  bool nobody_knows(const std::string& title, const Json& expected, const Json& found) {
    const std::string lock_why = unknown_list(expected), here_why = unknown_list(found);
    if (lock_why.empty() && here_why.empty()) return false;
    // That one side imported nothing has been said.
    if (imports_differ_ && (title == "Loaded shared libraries" || title == "Switches inside the process"))
      return true;
    // Where neither knows, nothing was asked for.
    if (!lock_why.empty() && !here_why.empty() && expected["items"].empty() && found["items"].empty())
      return true;
    check_.not_compared.push_back(title + ": " +
                                  (lock_why.empty() ? here_why : "the lock does not know them: " + lock_why));
    return true;
  }

  void fields(const report::Section& section) {
    const report::Comparison comparison = report::compare(expected_, found_, std::span(&section, 1));
    for (const report::Difference& difference : comparison.differences) {
      const bool is_private = difference.field && difference.field->is_private && section.name != "variables";
      if (is_private || skips_imports(difference)) continue;
      add(place_of(difference), difference.a, difference.b, effect_of_field(difference));
    }
  }

  // What is only known after imports, where one side imported nothing.
  bool skips_imports(const report::Difference& difference) {
    if (difference.section->name != "floating_point" || !difference.field || !difference.undecided)
      return false;
    if (difference.field->name == "imported") {
      imports_differ_ = true;
      check_.not_compared.push_back(
          "libraries, switches and floating-point state after imports: imported for the lock: " +
          difference.a + "; here: " + difference.b + ". --import does it");
    }
    return difference.field->name == "imported" || difference.field->name.ends_with("_after_import");
  }

  void packages(const report::Section& section) {
    const std::string name(section.name);
    if (nobody_knows(std::string(section.title), expected_[name], found_[name])) return;
    const auto expected = by_name(expected_[name]);
    auto found = by_name(found_[name]);
    const std::string kind = name == "packages" ? "" : "conda: ";
    for (const auto& [package, item] : expected) {
      const auto here = found.find(package);
      if (here == found.end()) {
        add(kind + package, version_or_there(*item), kNotThere, effect_of_missing_package(package));
        continue;
      }
      one_package(kind, package, section, {item, here->second});
      found.erase(here);
    }
    for (const auto& [package, item] : found)
      add(kind + package, kNotThere, version_or_there(*item), effect_of_extra_package(package));
  }

  static std::string version_or_there(const Json& item) {
    const std::string version = text_of(item["version"]);
    return version.empty() ? kThere : version;
  }

  // The first difference explains the others: another version has other files.
  void one_package(const std::string& kind, const std::string& name, const report::Section& section,
                   std::pair<const Json*, const Json*> items) {
    const std::string expected = text_of((*items.first)["version"]),
                      found = text_of((*items.second)["version"]);
    if (expected != found) {
      add(kind + name + ", version", expected.empty() ? "unknown" : expected,
          found.empty() ? "unknown" : found, effect_of_version(name, expected, found));
      return;
    }
    for (const report::Field& field : section.fields) {
      if (field.matters != report::Matters::kMay || field.name == "name" || field.name == "version") continue;
      const Json &left = (*items.first)[std::string(field.name)],
                 &right = (*items.second)[std::string(field.name)];
      const bool both = is_known(left) && is_known(right);
      if (both ? left["value"] == right["value"] : !is_known(left) && !is_known(right)) continue;
      add(kind + name + ", " + std::string(field.title), fact_text(left), fact_text(right),
          effect_of_build(name));
      return;
    }
  }

  static std::string fact_text(const Json& fact) {
    if (!is_known(fact)) return "unknown";
    const Json& value = fact["value"];
    if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
    return value.is_string() ? value.get<std::string>() : value.dump();
  }

  // Libraries lie at other places on other machines: those of one role belong together.
  void libraries() {
    const Json &expected = expected_["libraries"], &found = found_["libraries"];
    if (nobody_knows("Loaded shared libraries", expected, found)) return;
    const auto left = by_role(expected), right = by_role(found);
    std::set<std::string> roles;
    for (const auto& [role, files] : left) roles.insert(role);
    for (const auto& [role, files] : right) roles.insert(role);
    for (const std::string& role : roles) {
      const auto there = left.find(role), here = right.find(role);
      const std::map<std::string, std::string> none;
      const auto &a = there == left.end() ? none : there->second,
                 &b = here == right.end() ? none : here->second;
      if (a != b) add("loaded library, " + role, files_text(a, b), files_text(b, a), effect_of_library(role));
    }
  }

  // By role the files without their folders, each with its digest.
  static std::map<std::string, std::map<std::string, std::string>> by_role(const Json& list) {
    std::map<std::string, std::map<std::string, std::string>> roles;
    for (const Json& item : list["items"]) {
      if (!is_known(item["role"])) continue;
      const std::string path = text_of(item["path"]);
      roles[text_of(item["role"])][path.substr(path.rfind('/') + 1)] = text_of(item["xxh128"]);
    }
    return roles;
  }

  static std::string files_text(const std::map<std::string, std::string>& files,
                                const std::map<std::string, std::string>& others) {
    std::vector<std::string> texts;
    for (const auto& [file, digest] : files) {
      const auto other = others.find(file);
      const bool same_name = other != others.end() && other->second != digest;
      texts.push_back(same_name ? file + " (" + (digest.empty() ? "unknown" : digest.substr(0, 12)) + ")"
                                : file);
    }
    return texts.empty() ? kNotThere : join(texts, ", ");
  }

  const Json& expected_;
  const Json& found_;
  bool imports_differ_ = false;
  LockCheck check_;
};

std::string or_empty(const Fact<std::string>& fact) { return fact.is_known() ? fact.value() : ""; }

// A requirement with an address: what the installer wrote down of it.
void check_origin(const Requirement& requirement, const Package& package, LockCheck& check) {
  const std::string commit = or_empty(package.vcs_commit);
  const size_t at = requirement.origin.rfind('@');
  const std::string wanted =
      at == std::string::npos ? ""
                              : requirement.origin.substr(at + 1, requirement.origin.find('#', at) - at - 1);
  const bool by_commit = requirement.origin.find("+") != std::string::npos && !wanted.empty();
  if (by_commit ? commit == wanted : or_empty(package.origin) == requirement.origin) return;
  check.deviations.push_back({requirement.name + ", origin", requirement.origin,
                              commit.empty() ? or_empty(package.origin) : commit,
                              effect_of_build(requirement.name)});
}

// An archive's digest is kept by installers for packages from an address alone.
void check_archive(const Requirement& requirement, const Package& package, LockCheck& check) {
  const std::string digest = or_empty(package.archive_sha256);
  if (digest.empty() || requirement.sha256.empty()) return;
  if (std::ranges::find(requirement.sha256, digest) != requirement.sha256.end()) return;
  check.deviations.push_back({requirement.name + ", SHA-256 of the archive", join(requirement.sha256, " or "),
                              digest, effect_of_build(requirement.name)});
}

}  // namespace

void sort_deviations(LockCheck& check) {
  const auto key = [](const Deviation& deviation) {
    return std::tuple(-static_cast<int>(deviation.effect.likelihood), std::string_view(deviation.what),
                      std::string_view(deviation.expected), std::string_view(deviation.found));
  };
  std::ranges::sort(check.deviations, {}, key);
}

LockCheck check_record(const Json& expected, const Json& found) {
  return RecordCheck(expected, found).take();
}

LockCheck check_requirements(const std::vector<Requirement>& expected, const Report& found) {
  LockCheck check;
  if (!found.packages.is_known()) {
    check.not_compared.push_back("Python packages: " + found.packages.unknown_reason);
    return check;
  }
  std::map<std::string, const Package*> here;
  for (const Package& package : found.packages.items)
    here.emplace(normalised_name(or_empty(package.name)), &package);
  for (const Requirement& requirement : expected) {
    const auto installed = here.find(requirement.name);
    if (installed == here.end()) {
      check.deviations.push_back({requirement.name,
                                  requirement.version.empty() ? kThere : requirement.version, kNotThere,
                                  effect_of_missing_package(requirement.name)});
      continue;
    }
    const std::string version = or_empty(installed->second->version);
    if (requirement.version.empty()) {
      check_origin(requirement, *installed->second, check);
    } else if (version != requirement.version) {
      check.deviations.push_back({requirement.name + ", version", requirement.version, version,
                                  effect_of_version(requirement.name, requirement.version, version)});
    }
    check_archive(requirement, *installed->second, check);
    here.erase(installed);
  }
  for (const auto& [name, package] : here) {
    if (package->owner.is_known()) continue;
    check.deviations.push_back({name, kNotThere, or_empty(package->version), effect_of_extra_package(name)});
  }
  check.not_compared.emplace_back(
      "installed files: such a file has the digests of archives, which installers do not keep; a lock in "
      "JSON "
      "has those of the files");
  sort_deviations(check);
  return check;
}

Result<std::vector<CondaRequirement>> parse_conda_explicit(std::string_view text,
                                                           std::string_view file_name) {
  std::vector<CondaRequirement> requirements;
  bool begun = false;
  for (const std::string& raw : split(text, '\n')) {
    const std::string line(trim(raw));
    if (line.empty() || line.starts_with('#')) continue;
    if (line == "@EXPLICIT") {
      begun = true;
      continue;
    }
    const size_t hash = std::min(line.find('#'), line.size());
    std::string file = line.substr(0, hash);
    file = file.substr(file.rfind('/') + 1);
    for (const std::string_view end : {".conda", ".tar.bz2"}) {
      if (file.ends_with(end)) file.resize(file.size() - end.size());
    }
    const size_t build = file.rfind('-');
    const size_t version =
        build == std::string::npos || build == 0 ? std::string::npos : file.rfind('-', build - 1);
    if (!begun || version == std::string::npos) {
      return Error(ErrorCode::kMalformed,
                   std::string(file_name) + ": '" + line + "' is no line of conda's explicit list",
                   "write one with 'conda list --explicit --md5' or 'ibid env conda'");
    }
    std::string digest = hash < line.size() ? line.substr(hash + 1) : "";
    if (digest.starts_with("sha256:")) digest.erase(0, 7);
    requirements.push_back({file.substr(0, version), file.substr(version + 1, build - version - 1),
                            file.substr(build + 1), std::move(digest)});
  }
  return requirements;
}

LockCheck check_conda(const std::vector<CondaRequirement>& expected, const Report& found) {
  LockCheck check;
  std::map<std::string, const CondaPackage*> here;
  for (const CondaPackage& package : found.conda_packages.items)
    here.emplace(or_empty(package.name), &package);
  for (const CondaRequirement& wanted : expected) {
    const auto installed = here.find(wanted.name);
    if (installed == here.end()) {
      check.deviations.push_back(
          {wanted.name, wanted.version, kNotThere, effect_of_missing_package(wanted.name)});
      continue;
    }
    const CondaPackage& package = *installed->second;
    here.erase(installed);
    const std::string version = or_empty(package.version), build = or_empty(package.build);
    const std::string digest = wanted.digest.size() == 64 ? or_empty(package.sha256) : or_empty(package.md5);
    if (version != wanted.version) {
      check.deviations.push_back({wanted.name + ", version", wanted.version, version,
                                  effect_of_version(wanted.name, wanted.version, version)});
    } else if (build != wanted.build) {
      check.deviations.push_back(
          {wanted.name + ", build", wanted.build, build, effect_of_build(wanted.name)});
    } else if (!wanted.digest.empty() && !digest.empty() && digest != wanted.digest) {
      check.deviations.push_back(
          {wanted.name + ", digest", wanted.digest, digest, effect_of_build(wanted.name)});
    }
  }
  for (const auto& [name, package] : here)
    check.deviations.push_back({name, kNotThere, or_empty(package->version), effect_of_extra_package(name)});
  if (!found.conda_packages.is_known())
    check.not_compared.push_back("Conda packages: " + found.conda_packages.unknown_reason);
  sort_deviations(check);
  return check;
}

void check_files(const Subject& subject, const Report& found, LockCheck& check) {
  for (const Package& package : found.packages.items) {
    const std::string altered = alteration_of(subject, package);
    if (altered.empty()) continue;
    const std::string name = normalised_name(or_empty(package.name));
    check.deviations.push_back({name + ", installed files", "as installed", altered, effect_of_build(name)});
  }
  sort_deviations(check);
}

}  // namespace ibid::environment
