#include "environment/lock_file.h"

#include "base/build_facts.h"
#include "base/number_text.h"
#include "base/sha256.h"

namespace ibid::environment {
namespace {

std::string_view form_name(PackageForm form) {
  switch (form) {
    case PackageForm::kIndex:
      return "index";
    case PackageForm::kVcs:
      return "version control";
    case PackageForm::kArchive:
      return "archive";
    case PackageForm::kDebian:
      return "Debian";
    case PackageForm::kConda:
      return "conda";
    case PackageForm::kNone:
      break;
  }
  return "none";
}

Json package_json(const LockedPackage& package) {
  Json json = {{"name", package.name}, {"version", package.version}, {"from", form_name(package.form)}};
  if (!package.origin.empty()) json["origin"] = package.origin;
  if (!package.archives.empty()) {
    Json archives = Json::array();
    for (const Archive& archive : package.archives) {
      Json entry = {{"file", archive.name}};
      if (!archive.sha256.empty()) entry["sha256"] = archive.sha256;
      archives.push_back(std::move(entry));
    }
    json["archives"] = std::move(archives);
  }
  if (!package.problem.empty()) json["problem"] = package.problem;
  return json;
}

Error malformed(std::string_view file_name, const std::string& what) {
  return Error(ErrorCode::kMalformed, std::string(file_name) + " " + what,
               "write the lock again with 'ibid env lock --format json'");
}

}  // namespace

Json lock_json(const Lock& lock) {
  Json packages = Json::array(), debian = Json::array();
  for (const LockedPackage& package : lock.packages) packages.push_back(package_json(package));
  for (const DebianPackage& package : lock.debian) {
    debian.push_back(
        {{"name", package.name}, {"version", package.version}, {"architecture", package.architecture}});
  }
  return {{"format", kLockFormat},
          {"version", kLockVersion},
          {"ibid", build_facts().version},
          {"python", lock.python},
          {"environment_sha256", lock.environment_sha256},
          {"tag", lock.tag},
          {"hashes_from", lock.places},
          {"packages", std::move(packages)},
          {"debian", std::move(debian)},
          {"environment", lock.environment}};
}

Result<Json> record_in_lock(const Json& lock, std::string_view file_name) {
  if (!lock.is_object() || !lock.contains("format") || lock["format"] != kLockFormat)
    return malformed(file_name, "is no environment lock of ibid's");
  if (!lock.contains("version") || lock["version"] != kLockVersion) {
    return Error(
        ErrorCode::kMalformed,
        std::string(file_name) + " has another version of the format than " + number_text(kLockVersion),
        "check it with the ibid that wrote it");
  }
  for (const char* key : {"environment", "environment_sha256"}) {
    if (!lock.contains(key)) return malformed(file_name, "has no '" + std::string(key) + "'");
  }
  Json record = lock["environment"];
  if (!record.is_object() || lock["environment_sha256"] != sha256_hex(json_text(record))) {
    return Error(ErrorCode::kDigestMismatch, std::string(file_name) + " was altered since it was written",
                 "take the original, or write it again with 'ibid env lock --format json'");
  }
  // A lock leaves the other variables out; the report has them.
  record["variables"] = {{"items", Json::array()}, {"unknown", "locks leave them out"}};
  return record;
}

}  // namespace ibid::environment
