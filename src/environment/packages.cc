#include "environment/packages.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "environment/debian.h"
#include "environment/record.h"
#include "environment/secrets.h"

namespace ibid::environment {
namespace {

using Text = Fact<std::string>;

// The header fields of METADATA or PKG-INFO: "Key: value" lines up to the first empty one.
Text header(const std::string& text, std::string_view key, const std::string& path) {
  const std::string wanted = std::string(key) + ":";
  for (const std::string& line : split(text, '\n')) {
    if (trim(line).empty()) break;
    if (line.starts_with(wanted)) {
      const std::string value(trim(std::string_view(line).substr(wanted.size())));
      if (!value.empty()) return Text::known(value, path);
    }
  }
  return Text::unknown(path + " has no '" + std::string(key) + "'");
}

std::string text_in(const Json& object, const char* key) {
  return object.is_object() && object.contains(key) && object[key].is_string()
             ? object[key].get<std::string>()
             : "";
}

Text text_or(std::string value, const std::string& source, const std::string& why_not) {
  return value.empty() ? Text::unknown(why_not) : Text::known(std::move(value), source);
}

void no_origin(const std::string& why, Package& package) {
  for (Text* fact :
       {&package.origin, &package.vcs_commit, &package.vcs, &package.subdirectory, &package.archive_sha256})
    *fact = Text::unknown(why);
}

// "hashes": {"sha256": "..."}, before that was agreed on "hash": "sha256=...".
std::string archive_digest(const Json& archive) {
  if (archive.contains("hashes")) {
    if (const std::string digest = text_in(archive["hashes"], "sha256"); !digest.empty()) return digest;
  }
  const std::string old = text_in(archive, "hash");
  return old.starts_with("sha256=") ? old.substr(7) : "";
}

void take_direct_url(const Json& json, const std::string& path, Package& package) {
  const Json none = Json::object();
  const auto part = [&json, &none](const char* key) -> const Json& {
    return json.contains(key) && json[key].is_object() ? json[key] : none;
  };
  const std::string no_vcs = "it did not come from version control";
  package.origin = text_or(without_credentials(text_in(json, "url")), path, path + " has no 'url'");
  package.vcs_commit = text_or(text_in(part("vcs_info"), "commit_id"), path, no_vcs);
  package.vcs = text_or(text_in(part("vcs_info"), "vcs"), path, no_vcs);
  package.subdirectory = text_or(text_in(json, "subdirectory"), path, "it lies at the top");
  package.archive_sha256 =
      text_or(archive_digest(part("archive_info")), path, path + " names no archive with a SHA-256");
  const Json& folder = part("dir_info");
  package.editable = Fact<bool>::known(folder.contains("editable") && folder["editable"] == true, path);
}

void take_origin(const Subject& subject, const std::string& folder, Package& package) {
  const std::string path = folder + "/direct_url.json";
  const Result<std::string> text = subject.files.read(path);
  package.editable = Fact<bool>::known(false, folder);
  if (!text.ok()) return no_origin("it came from an index; the installer does not keep which", package);
  const Result<Json> parsed = parse_json(text.value(), path);
  if (parsed.ok() && parsed.value().is_object()) return take_direct_url(parsed.value(), path, package);
  no_origin(path + " is damaged", package);
  package.editable = Fact<bool>::unknown(path + " is damaged");
}

void take_record(const Subject& subject, const std::string& path, Package& package) {
  const Result<std::string> record = subject.files.read(path);
  if (!record.ok()) {
    package.record_sha256 = Text::unknown(record.error().message());
    return;
  }
  const std::vector<RecordedFile> files = recorded_files(record.value());
  package.record_sha256 =
      files.empty() ? Text::unknown(path + " lists no digests") : Text::known(record_digest(files), path);
}

// NAME.dist-info, what wheels leave.
Package from_dist_info(const Subject& subject, const std::string& folder) {
  Package package;
  const std::string path = folder + "/METADATA";
  const Result<std::string> metadata = subject.files.read(path);
  const std::string text = metadata.ok() ? metadata.value() : "";
  package.name = metadata.ok() ? header(text, "Name", path) : Text::unknown(metadata.error().message());
  package.version = metadata.ok() ? header(text, "Version", path) : Text::unknown(metadata.error().message());
  package.installer = line_fact(subject, folder + "/INSTALLER");
  take_origin(subject, folder, package);
  take_record(subject, folder + "/RECORD", package);
  return package;
}

// NAME.egg-info, a folder or a file: setuptools without wheels, and Debian's packages.
Package from_egg_info(const Subject& subject, const std::string& place) {
  Package package;
  const bool is_folder = subject.files.exists(place + "/PKG-INFO");
  const std::string path = is_folder ? place + "/PKG-INFO" : place;
  const Result<std::string> info = subject.files.read(path);
  const std::string text = info.ok() ? info.value() : "";
  package.name = info.ok() ? header(text, "Name", path) : Text::unknown(info.error().message());
  package.version = info.ok() ? header(text, "Version", path) : Text::unknown(info.error().message());
  package.installer = Text::unknown("an egg names no installer");
  no_origin("an egg keeps no origin", package);
  package.editable = Fact<bool>::known(false, place);
  package.record_sha256 = Text::unknown("an egg has no list of digests");
  return package;
}

// "numpy-1.24.2.dist-info" -> "numpy": the name where METADATA does not say.
std::string name_in(const std::string& entry) { return entry.substr(0, entry.find_first_of("-.")); }

// The folders that NAME.egg-link files name in their first line, with such a file: what lies there was put on
// the search path to be worked on, not installed.
std::map<std::string, std::string> linked_folders(const Subject& subject,
                                                  const std::vector<std::string>& search_path) {
  std::map<std::string, std::string> folders;
  for (const std::string& folder : search_path) {
    if (!folder.starts_with('/')) continue;
    for (const std::string& entry : subject.files.names(folder)) {
      if (!entry.ends_with(".egg-link")) continue;
      const std::string link = folder + "/" + entry;
      if (const Result<std::string> target = subject.files.read_line(link); target.ok())
        folders.emplace(target.value(), link);
    }
  }
  return folders;
}

}  // namespace

std::string normalised_name(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const bool separates = c == '-' || c == '_' || c == '.';
    if (separates && out.ends_with('-')) continue;
    out += separates ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

FactList<Package> collect_packages(const Subject& subject, const std::vector<std::string>& search_path,
                                   const std::string& why_no_path) {
  if (search_path.empty()) return FactList<Package>::unknown(why_no_path);
  const std::map<std::string, std::string> links = linked_folders(subject, search_path);
  std::map<std::string, Package> by_name;
  for (const std::string& folder : search_path) {
    if (!folder.starts_with('/')) continue;
    for (const std::string& entry : subject.files.names(folder)) {
      const std::string place = folder + "/" + entry;
      const bool wheel = entry.ends_with(".dist-info");
      if (!wheel && !entry.ends_with(".egg-info")) continue;
      Package package = wheel ? from_dist_info(subject, place) : from_egg_info(subject, place);
      package.location = Text::known(folder, "sys.path");
      package.metadata = Text::known(place, "sys.path");
      if (const auto link = links.find(folder); link != links.end() && !wheel)
        package.editable = Fact<bool>::known(true, link->second);
      const std::string name = package.name.is_known() ? package.name.value() : name_in(entry);
      by_name.emplace(normalised_name(name), std::move(package));
    }
  }
  std::vector<Package> packages;
  for (auto& [name, package] : by_name) packages.push_back(std::move(package));
  name_owners(subject, packages);
  return FactList<Package>::known(std::move(packages), "the folders of the module search path");
}

}  // namespace ibid::environment
