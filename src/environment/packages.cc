#include "environment/packages.h"

#include <algorithm>
#include <map>

#include "base/sha256.h"
#include "base/text.h"
#include "environment/secrets.h"

namespace ibid::environment {
namespace {

// The header fields of METADATA or PKG-INFO: "Key: value" lines up to the first empty one.
Fact<std::string> header(const std::string& text, std::string_view key, const std::string& path) {
  const std::string wanted = std::string(key) + ":";
  for (const std::string& line : split(text, '\n')) {
    if (trim(line).empty()) break;
    if (line.starts_with(wanted)) {
      const std::string value(trim(std::string_view(line).substr(wanted.size())));
      if (!value.empty()) return Fact<std::string>::known(value, path);
    }
  }
  return Fact<std::string>::unknown(path + " has no '" + std::string(key) + "'");
}

void take_origin(const Subject& subject, const std::string& folder, Package& package) {
  const std::string path = folder + "/direct_url.json";
  const Result<std::string> text = subject.files.read(path);
  package.editable = Fact<bool>::known(false, folder);
  if (!text.ok()) {
    const std::string why = "it came from an index; the installer does not keep which";
    package.origin = package.vcs_commit = Fact<std::string>::unknown(why);
    return;
  }
  const Result<Json> parsed = parse_json(text.value(), path);
  if (!parsed.ok() || !parsed.value().is_object()) {
    package.origin = package.vcs_commit = Fact<std::string>::unknown(path + " is damaged");
    package.editable = Fact<bool>::unknown(path + " is damaged");
    return;
  }
  const Json& json = parsed.value();
  const auto text_in = [](const Json& object, const char* key) -> std::string {
    return object.is_object() && object.contains(key) && object[key].is_string()
               ? object[key].get<std::string>()
               : "";
  };
  const std::string url = text_in(json, "url");
  package.origin = url.empty() ? Fact<std::string>::unknown(path + " has no 'url'")
                               : Fact<std::string>::known(without_credentials(url), path);
  const std::string commit = json.contains("vcs_info") ? text_in(json["vcs_info"], "commit_id") : "";
  package.vcs_commit = commit.empty() ? Fact<std::string>::unknown("it did not come from version control")
                                      : Fact<std::string>::known(commit, path);
  const bool has_folder = json.contains("dir_info") && json["dir_info"].is_object();
  const bool editable =
      has_folder && json["dir_info"].contains("editable") && json["dir_info"]["editable"] == true;
  package.editable = Fact<bool>::known(editable, path);
}

void take_record(const Subject& subject, const std::string& path, Package& package) {
  const Result<std::string> record = subject.files.read(path);
  package.record_sha256 = record.ok() ? Fact<std::string>::known(sha256_hex(record.value()), path)
                                      : Fact<std::string>::unknown(record.error().message());
}

// NAME.dist-info, what wheels leave.
Package from_dist_info(const Subject& subject, const std::string& folder) {
  Package package;
  const std::string path = folder + "/METADATA";
  const Result<std::string> metadata = subject.files.read(path);
  const std::string text = metadata.ok() ? metadata.value() : "";
  package.name =
      metadata.ok() ? header(text, "Name", path) : Fact<std::string>::unknown(metadata.error().message());
  package.version =
      metadata.ok() ? header(text, "Version", path) : Fact<std::string>::unknown(metadata.error().message());
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
  package.name = info.ok() ? header(text, "Name", path) : Fact<std::string>::unknown(info.error().message());
  package.version =
      info.ok() ? header(text, "Version", path) : Fact<std::string>::unknown(info.error().message());
  package.installer = Fact<std::string>::unknown("an egg names no installer");
  package.origin = package.vcs_commit = Fact<std::string>::unknown("an egg keeps no origin");
  package.editable = Fact<bool>::known(false, place);
  package.record_sha256 = Fact<std::string>::unknown("an egg has no list of digests");
  return package;
}

// "numpy-1.24.2.dist-info" -> "numpy": the name where METADATA does not say.
std::string name_in(const std::string& entry) { return entry.substr(0, entry.find_first_of("-.")); }

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
  std::map<std::string, Package> by_name;
  for (const std::string& folder : search_path) {
    if (!folder.starts_with('/')) continue;
    for (const std::string& entry : subject.files.names(folder)) {
      const std::string place = folder + "/" + entry;
      const bool wheel = entry.ends_with(".dist-info");
      if (!wheel && !entry.ends_with(".egg-info")) continue;
      Package package = wheel ? from_dist_info(subject, place) : from_egg_info(subject, place);
      package.location = Fact<std::string>::known(folder, "sys.path");
      if (subject.files.exists(folder + "/" + name_in(entry) + ".egg-link"))
        package.editable = Fact<bool>::known(true, folder + "/" + name_in(entry) + ".egg-link");
      const std::string name = package.name.is_known() ? package.name.value() : name_in(entry);
      by_name.emplace(normalised_name(name), std::move(package));
    }
  }
  std::vector<Package> packages;
  for (auto& [name, package] : by_name) packages.push_back(std::move(package));
  return FactList<Package>::known(std::move(packages), "the folders of the module search path");
}

}  // namespace ibid::environment
