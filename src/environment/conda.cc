// conda describes each package in one JSON file, most of which lists its files. Only simdjson is fast enough
// to walk over those of a large environment in passing.

#include "environment/conda.h"

#include <simdjson.h>

#include <array>

#include "environment/secrets.h"

namespace ibid::environment {
namespace {

constexpr auto kKeys =
    std::to_array<const char*>({"name", "version", "build", "channel", "sha256", "md5", "subdir", "url"});

class Reader {
 public:
  explicit Reader(const Subject& subject) : subject_(subject) {}

  CondaPackage read(const std::string& path) {
    CondaPackage package;
    const Result<std::string> text = subject_.files.read(path, int64_t{1} << 30);
    if (!text.ok()) return all_unknown(text.error().message());
    const simdjson::padded_string padded(text.value());
    simdjson::ondemand::document document;
    simdjson::ondemand::object object;
    if (parser_.iterate(padded).get(document) || document.get_object().get(object))
      return all_unknown(path + " is damaged");
    for (auto field : object) {
      std::string_view key;
      if (field.unescaped_key().get(key)) return all_unknown(path + " is damaged");
      if (Fact<std::string>* fact = member(package, key)) {
        std::string_view value;
        simdjson::ondemand::value content;
        if (field.value().get(content)) return all_unknown(path + " is damaged");
        if (content.get_string().get(value) || value.empty()) continue;
        const bool is_address = key == "url" || key == "channel";
        *fact = Fact<std::string>::known(is_address ? without_credentials(value) : std::string(value), path);
      }
    }
    explain_missing(path, package);
    return package;
  }

 private:
  static Fact<std::string>* member(CondaPackage& package, std::string_view key) {
    if (key == "name") return &package.name;
    if (key == "version") return &package.version;
    if (key == "build") return &package.build;
    if (key == "channel") return &package.channel;
    if (key == "sha256") return &package.sha256;
    if (key == "md5") return &package.md5;
    if (key == "subdir") return &package.subdir;
    if (key == "url") return &package.url;
    return nullptr;
  }

  static void explain_missing(const std::string& path, CondaPackage& package) {
    for (const char* key : kKeys) {
      Fact<std::string>& fact = *member(package, key);
      if (!fact.is_known()) fact = Fact<std::string>::unknown(path + " has no '" + std::string(key) + "'");
    }
  }

  static CondaPackage all_unknown(const std::string& why) {
    CondaPackage package;
    for (const char* key : kKeys) *member(package, key) = Fact<std::string>::unknown(why);
    return package;
  }

  const Subject& subject_;
  simdjson::ondemand::parser parser_;
};

}  // namespace

FactList<CondaPackage> collect_conda_packages(const Subject& subject, const Fact<std::string>& prefix) {
  if (!prefix.is_known()) return FactList<CondaPackage>::unknown(prefix.reason());
  const std::string folder = prefix.value() + "/conda-meta";
  if (!prefix.value().starts_with('/') || !subject.files.exists(folder))
    return FactList<CondaPackage>::known({}, "there is no " + folder + ": this is no conda environment");
  Reader reader(subject);
  std::vector<CondaPackage> packages;
  for (const std::string& name : subject.files.names(folder)) {
    if (name.ends_with(".json")) packages.push_back(reader.read(folder + "/" + name));
  }
  return FactList<CondaPackage>::known(std::move(packages), folder);
}

}  // namespace ibid::environment
