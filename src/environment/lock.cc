#include "environment/lock.h"

#include <algorithm>

#include "base/sha256.h"
#include "base/text.h"
#include "environment/packages.h"
#include "environment/record.h"
#include "environment/secrets.h"

namespace ibid::environment {
namespace {

constexpr size_t kShownFiles = 3;

const std::string& or_empty(const Fact<std::string>& fact) {
  static const std::string empty;
  return fact.is_known() ? fact.value() : empty;
}

void replace_all(std::string& text, const std::string& from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

void replace_paths(Json& json, const std::string& prefix, const std::string& base) {
  if (json.is_structured()) {
    for (Json& child : json) replace_paths(child, prefix, base);
  } else if (json.is_string()) {
    std::string text = json.get<std::string>();
    for (const auto& [folder, word] : {std::pair(prefix, "PREFIX/"), std::pair(base, "BASE/")}) {
      // The system's own folders are the same everywhere.
      if (folder.size() > 1 && folder != "/usr") replace_all(text, folder + "/", word);
    }
    json = text;
  }
}

// What redaction of the report's own kind leaves: values of private fields become a word.
void drop_private(Json& item, std::span<const report::Field> fields) {
  for (const report::Field& field : fields) {
    Json& fact = item[std::string(field.name)];
    if (field.is_private && !fact.contains("unknown")) fact = {{"redacted", "private"}};
  }
}

LockedPackage from_vcs(const Package& package, LockedPackage locked) {
  const std::string url = package.origin.value(), vcs = or_empty(package.vcs);
  locked.form = PackageForm::kVcs;
  locked.origin = (vcs.empty() ? "git" : vcs) + "+" + url + "@" + package.vcs_commit.value();
  if (package.subdirectory.is_known()) locked.origin += "#subdirectory=" + package.subdirectory.value();
  return locked;
}

LockedPackage from_address(const Package& package, LockedPackage locked) {
  const std::string& url = package.origin.value();
  const bool is_archive = url.ends_with(".whl") || url.ends_with(".tar.gz") || url.ends_with(".zip");
  if (!is_archive) {
    locked.problem = "it was installed from a folder (" + url +
                     "); build a wheel of it (pip wheel --no-deps FOLDER) and install that";
    return locked;
  }
  locked.form = PackageForm::kArchive;
  locked.origin = url;
  const std::string digest = or_empty(package.archive_sha256);
  locked.archives.push_back({url.substr(url.rfind('/') + 1), digest});
  if (digest.empty())
    locked.problem = "its installer kept no digest of " + url + "; install it again with pip 23.1 or later";
  return locked;
}

LockedPackage classified(const Package& package) {
  LockedPackage locked;
  locked.name = package.name.is_known() ? normalised_name(package.name.value()) : "";
  locked.version = or_empty(package.version);
  if (locked.name.empty() || locked.version.empty()) {
    locked.problem = "its metadata is damaged; install it again";
  } else if (package.owner.is_known()) {
    locked.form = PackageForm::kDebian;
    locked.origin = package.owner.value();
    if (package.owner_version.is_known()) locked.origin += "=" + package.owner_version.value();
  } else if (or_empty(package.installer) == "conda") {
    locked.form = PackageForm::kConda;
  } else if (!package.editable.is_known() || package.editable.value()) {
    locked.problem =
        "it is editable, so it is whatever lies in its folder at the moment; build a wheel of it "
        "(pip wheel --no-deps FOLDER) and install that";
  } else if (package.vcs_commit.is_known() && package.origin.is_known()) {
    return from_vcs(package, std::move(locked));
  } else if (package.origin.is_known()) {
    return from_address(package, std::move(locked));
  } else {
    locked.form = PackageForm::kIndex;
  }
  return locked;
}

std::string requirement_of(const LockedPackage& package) { return package.name + "==" + package.version; }

void take_offer(const IndexAnswers& answers, LockedPackage& package) {
  const auto found = answers.offers.find(requirement_of(package));
  if (found == answers.offers.end()) {
    package.problem = "pip did not say";
    return;
  }
  package.archives = found->second.archives;
  package.problem = found->second.problem;
  if (!package.problem.empty()) return;
  const auto hashed = [](const Archive& archive) { return !archive.sha256.empty(); };
  if (package.archives.empty()) {
    package.form = PackageForm::kNone;
    package.problem =
        "the index has no archive of this version that fits; build a wheel of it and give its "
        "folder with --wheelhouse";
  } else if (std::ranges::none_of(package.archives, hashed)) {
    package.problem = "the index gives no SHA-256 of its archives";
  }
}

Result<void> take_hashes(const AskIndex& ask, Lock& lock) {
  std::vector<std::string> requirements;
  for (const LockedPackage& package : lock.packages) {
    if (package.form == PackageForm::kIndex) requirements.push_back(requirement_of(package));
  }
  if (requirements.empty()) return {};
  IBID_ASSIGN(const IndexAnswers answers, ask(requirements));
  lock.places = answers.places;
  lock.tag = answers.tag;
  for (LockedPackage& package : lock.packages) {
    if (package.form != PackageForm::kIndex) continue;
    take_offer(answers, package);
    const auto offer = answers.offers.find(requirement_of(package));
    if (offer != answers.offers.end() && !offer->second.problem.empty())
      lock.network_problem = offer->second.problem;
  }
  return {};
}

std::string python_text(const Python& python) {
  std::string text = or_empty(python.implementation) + " " + or_empty(python.version);
  for (const auto* fact : {&python.platform, &python.abi, &python.c_library}) {
    if (fact->is_known()) text += ", " + fact->value();
  }
  return text;
}

// The packages of Debian that the environment consists of: those that own Python packages, the interpreter
// and the loaded libraries that numbers depend on.
std::vector<DebianPackage> debian_packages(const Subject& subject, const Report& report) {
  std::set<std::string> names;
  for (const Package& package : report.packages.items) {
    if (package.owner.is_known()) names.insert(package.owner.value());
  }
  for (const Library& library : report.libraries.items) {
    if (library.role.is_known() && library.owner.is_known()) names.insert(library.owner.value());
  }
  const auto installed = installed_packages(subject);
  if (or_empty(report.python.base_prefix) == "/usr") {
    const std::vector<std::string> parts = split(or_empty(report.python.version), '.');
    const std::string versioned = parts.size() > 1 ? "python" + parts[0] + "." + parts[1] : "";
    for (const std::string& name : {std::string("python3"), versioned}) {
      if (installed.contains(name)) names.insert(name);
    }
  }
  return with_dependencies(installed, names);
}

}  // namespace

std::string alteration_of(const Subject& subject, const Package& package) {
  // Debian strips and moves files after RECORD was written, and has digests of its own.
  if (!package.record_sha256.is_known() || package.owner.is_known()) return "";
  const Result<std::string> record = subject.files.read(package.metadata.value() + "/RECORD");
  if (!record.ok()) return record.error().message();
  std::vector<std::string> altered =
      altered_files(subject, package.location.value(), recorded_files(record.value()));
  if (altered.empty()) return "";
  const size_t n_altered = altered.size();
  if (n_altered > kShownFiles) altered.resize(kShownFiles);
  return "files were changed or removed since it was installed: " + join(altered, ", ") +
         (n_altered > kShownFiles ? ", ..." : "") + "; install it again";
}

bool LockedPackage::is_hashed() const {
  const auto hashed = [](const Archive& archive) { return !archive.sha256.empty(); };
  const bool by_pip = form == PackageForm::kIndex || form == PackageForm::kArchive;
  return by_pip && std::ranges::any_of(archives, hashed);
}

Json environment_record(const Report& report) {
  Json json = report_json(report);
  json.erase("variables");
  for (const report::Section& section : report_sections()) {
    const std::string name(section.name);
    if (!json.contains(name)) continue;
    if (section.is_list) {
      for (Json& item : json[name]["items"]) drop_private(item, section.fields);
    } else {
      drop_private(json[name], section.fields);
    }
  }
  replace_paths(json, or_empty(report.python.prefix), or_empty(report.python.base_prefix));
  return json;
}

Result<Lock> make_lock(const Subject& subject, const Report& report, const AskIndex& ask) {
  if (!report.python.version.is_known()) {
    return Error(ErrorCode::kNotFound, "there is no interpreter to lock: " + report.python.version.reason(),
                 "name one with --python");
  }
  Lock lock;
  lock.python = python_text(report.python);
  lock.environment = environment_record(report);
  lock.environment_sha256 = sha256_hex(json_text(lock.environment));
  for (const Package& package : report.packages.items) lock.packages.push_back(classified(package));
  IBID_TRY(take_hashes(ask, lock));
  for (size_t i = 0; i < lock.packages.size(); ++i) {
    LockedPackage& locked = lock.packages[i];
    const std::string altered = alteration_of(subject, report.packages.items[i]);
    if (locked.form != PackageForm::kNone && locked.problem.empty()) locked.problem = altered;
  }
  std::ranges::sort(lock.packages, {}, &LockedPackage::name);
  lock.debian = debian_packages(subject, report);
  lock.conda = report.conda_packages.items;
  return lock;
}

}  // namespace ibid::environment
