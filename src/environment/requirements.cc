#include "environment/requirements.h"

#include <algorithm>

#include "base/build_facts.h"
#include "base/number_text.h"
#include "base/text.h"
#include "environment/packages.h"

namespace ibid::environment {
namespace {

std::string header(const Lock& lock) {
  return "# Locked by ibid " + std::string(build_facts().version) + " for " + lock.python + ".\n" +
         "# Environment record: sha256:" + lock.environment_sha256 + "\n";
}

// A comment as long as it needs; nothing in it may end the line.
std::string comment(const std::string& text) {
  std::string line = "# " + text;
  std::ranges::replace(line, '\n', ' ');
  std::ranges::replace(line, '\r', ' ');
  return line + "\n";
}

std::string target(const LockedPackage& package) {
  const bool by_address = package.form == PackageForm::kArchive || package.form == PackageForm::kVcs;
  return by_address ? package.name + " @ " + package.origin : package.name + "==" + package.version;
}

std::string hashed_line(const LockedPackage& package) {
  std::string line = target(package);
  std::vector<std::string> digests;
  for (const Archive& archive : package.archives) {
    if (!archive.sha256.empty()) digests.push_back(archive.sha256);
  }
  std::ranges::sort(digests);
  digests.erase(std::ranges::unique(digests).begin(), digests.end());
  for (const std::string& digest : digests) line += " \\\n    --hash=sha256:" + digest;
  return line + "\n";
}

// What pip can install without being able to check it.
bool is_unhashed(const LockedPackage& package) {
  const bool by_pip = package.form == PackageForm::kIndex || package.form == PackageForm::kArchive;
  return package.form == PackageForm::kVcs || (by_pip && !package.is_hashed());
}

std::string left_out(const Lock& lock) {
  std::string text;
  for (const LockedPackage& package : lock.packages) {
    const std::string name = package.name + " " + package.version;
    if (package.form == PackageForm::kNone) text += comment("not locked: " + name + ": " + package.problem);
    if (is_unhashed(package)) {
      text += comment("apart, because pip cannot check it: " + target(package) +
                      (package.problem.empty() ? "" : " (" + package.problem + ")"));
    } else if (package.is_hashed() && !package.problem.empty()) {
      text += comment("locked, but not what is installed: " + name + ": " + package.problem);
    }
    if (package.form == PackageForm::kDebian)
      text += comment("from Debian: " + name + " in " + package.origin);
    if (package.form == PackageForm::kConda) text += comment("from conda: " + name);
  }
  return text.empty() ? text : "\n" + text;
}

// Lines that end with a backslash go on; a comment begins at the start or behind a blank.
std::vector<std::string> logical_lines(std::string_view text) {
  std::vector<std::string> lines;
  std::string pending;
  for (const std::string& raw : split(text, '\n')) {
    std::string line(trim(raw));
    if (const size_t hash = line.find(" #"); hash != std::string::npos) line.resize(hash);
    if (line.starts_with('#')) line.clear();
    line = std::string(trim(line));
    const bool goes_on = line.ends_with('\\');
    if (goes_on) line.pop_back();
    pending += line + " ";
    if (goes_on) continue;
    if (const std::string_view whole = trim(pending); !whole.empty()) lines.emplace_back(whole);
    pending.clear();
  }
  if (const std::string_view whole = trim(pending); !whole.empty()) lines.emplace_back(whole);
  return lines;
}

bool is_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !name.empty() && std::ranges::all_of(name, fits);
}

Error malformed(std::string_view file_name, const std::string& line) {
  return Error(ErrorCode::kMalformed, std::string(file_name) + ": '" + line + "' is no pinned requirement",
               "a lock has lines of the form name==version; write one with 'ibid env lock'");
}

void take_hashes(std::string_view options, Requirement& requirement) {
  constexpr std::string_view kOption = "--hash=sha256:";
  for (const std::string& word : split(options, ' ')) {
    if (word.starts_with(kOption)) requirement.sha256.push_back(word.substr(kOption.size()));
  }
}

// "name[extra]==1.0 ; marker --hash=..." or "name @ address --hash=...".
Result<Requirement> parse_requirement(std::string_view line, std::string_view file_name) {
  Requirement requirement;
  const size_t options = std::min(line.find(" --"), line.size());
  take_hashes(line.substr(options), requirement);
  std::string_view what = trim(line.substr(0, options));
  if (const size_t at = what.find(" @ "); at != std::string_view::npos) {
    requirement.origin = std::string(trim(what.substr(at + 3)));
    what = trim(what.substr(0, at));
  } else {
    what = trim(what.substr(0, what.find(';')));
    const size_t equals = what.find("==");
    if (equals == std::string_view::npos) return malformed(file_name, std::string(line));
    const std::string_view version =
        trim(what.substr(std::min(what.find_first_not_of('=', equals), what.size())));
    if (version.empty() || version.find_first_of(",*") != std::string_view::npos)
      return malformed(file_name, std::string(line));
    requirement.version = std::string(version);
    what = what.substr(0, equals);
  }
  what = trim(what.substr(0, what.find('[')));
  if (!is_name(what)) return malformed(file_name, std::string(line));
  requirement.name = normalised_name(std::string(what));
  return requirement;
}

}  // namespace

std::string requirements_text(const Lock& lock) {
  std::string text = header(lock);
  text += "# Install: python -m pip install --require-hashes --no-deps -r THIS-FILE\n";
  if (!lock.tag.empty()) text += comment("Platform: " + lock.tag);
  for (const std::string& place : lock.places) text += comment("Hashes from " + place);
  text += left_out(lock) + "\n";
  for (const LockedPackage& package : lock.packages) {
    if (package.is_hashed()) text += hashed_line(package);
  }
  return text;
}

std::string unhashed_requirements_text(const Lock& lock) {
  std::string lines;
  for (const LockedPackage& package : lock.packages) {
    if (is_unhashed(package)) lines += target(package) + "\n";
  }
  if (lines.empty()) return lines;
  return header(lock) +
         "# pip cannot check these by hashes: a commit names its content, a version alone does not.\n"
         "# Install: python -m pip install --no-deps -r THIS-FILE\n\n" +
         lines;
}

std::string apt_text(const Lock& lock) {
  if (lock.debian.empty()) return "";
  std::string text = header(lock) + "# Install: apt-get install $(sed '/^#/d' THIS-FILE)\n\n";
  for (const DebianPackage& package : lock.debian) text += package.name + "=" + package.version + "\n";
  return text;
}

Result<std::vector<Requirement>> parse_requirements(std::string_view text, std::string_view file_name) {
  std::vector<Requirement> requirements;
  for (const std::string& line : logical_lines(text)) {
    if (line.starts_with("-r ") || line.starts_with("--requirement") || line.starts_with("-c ")) {
      return Error(ErrorCode::kUnsupported,
                   std::string(file_name) + " refers to a further file: '" + line + "'",
                   "name the file with the pinned versions itself");
    }
    if (line.starts_with("-e ") || line.starts_with("--editable")) return malformed(file_name, line);
    if (line.starts_with('-')) continue;  // --index-url and other options for pip
    IBID_ASSIGN(Requirement requirement, parse_requirement(line, file_name));
    requirements.push_back(std::move(requirement));
  }
  return requirements;
}

}  // namespace ibid::environment
