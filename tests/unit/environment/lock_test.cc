#include "environment/lock.h"

#include <doctest/doctest.h>

#include "environment/lock_file.h"
#include "environment/report.h"
#include "support/captured_files.h"

namespace ibid::environment {
namespace {

using test::CapturedFiles;

Json answers(const std::string& prefix) {
  return {{"implementation", "CPython"}, {"version", "3.11.2"},    {"executable", prefix + "/bin/python"},
          {"platform", "linux-x86_64"},  {"prefix", prefix},       {"base_prefix", "/opt/python"},
          {"path", {prefix + "/lib"}},   {"flags", Json::object()}};
}

void add_package(CapturedFiles& files, const std::string& folder, const std::string& direct_url = "") {
  const std::string name = folder.substr(folder.rfind('/') + 1), version = "1";
  files.add(folder + "-1.dist-info/METADATA", "Name: " + name + "\nVersion: 1\n");
  if (!direct_url.empty()) files.add(folder + "-1.dist-info/direct_url.json", direct_url);
}

Result<Lock> lock_of(const CapturedFiles& files, const std::string& prefix, const IndexAnswers& index) {
  const Subject subject = files.subject();
  const Report report = collect(subject, {prefix + "/bin/python", answers(prefix)});
  return make_lock(subject, report, [&index](const auto&) -> Result<IndexAnswers> { return index; });
}

const LockedPackage& package_named(const Lock& lock, const std::string& name) {
  for (const LockedPackage& package : lock.packages) {
    if (package.name == name) return package;
  }
  FAIL("no package " << name);
  return lock.packages.front();
}

TEST_CASE("every package is locked by its own form, or says why it cannot be") {
  CapturedFiles files;
  add_package(files, "/v/lib/Indexed");
  add_package(files, "/v/lib/absent");
  add_package(
      files, "/v/lib/vcs",
      R"({"url": "https://u:p@h/v.git", "subdirectory": "s", "vcs_info": {"vcs": "git", "commit_id": "01"}})");
  add_package(files, "/v/lib/wheel",
              R"({"url": "file:///w/wheel.whl", "archive_info": {"hashes": {"sha256": "00"}}})");
  add_package(files, "/v/lib/edit", R"({"url": "file:///src/edit", "dir_info": {"editable": true}})");
  add_package(files, "/v/lib/folder", R"({"url": "file:///src/folder", "dir_info": {}})");
  IndexAnswers index;
  index.places = {"https://index.example/"};
  index.offers["indexed==1"].archives = {{"indexed-1.whl", "aa"}};
  index.offers["absent==1"] = {};
  const auto lock = lock_of(files, "/v", index);
  REQUIRE(lock.ok());
  CHECK(package_named(lock.value(), "indexed").is_hashed());
  CHECK(package_named(lock.value(), "indexed").problem.empty());
  CHECK(package_named(lock.value(), "absent").form == PackageForm::kNone);
  CHECK(package_named(lock.value(), "absent").problem.find("no archive") != std::string::npos);
  CHECK(package_named(lock.value(), "vcs").origin == "git+https://h/v.git@01#subdirectory=s");
  CHECK(package_named(lock.value(), "wheel").is_hashed());
  CHECK(package_named(lock.value(), "edit").problem.find("editable") != std::string::npos);
  CHECK(package_named(lock.value(), "folder").problem.find("pip wheel") != std::string::npos);
  CHECK(lock.value().packages.front().name == "absent");
}

TEST_CASE("the same environment in another folder has the same record") {
  CapturedFiles here, there;
  add_package(here, "/v/lib/a");
  add_package(there, "/elsewhere/lib/a");
  const auto one = lock_of(here, "/v", {}), other = lock_of(there, "/elsewhere", {});
  REQUIRE(one.ok());
  REQUIRE(other.ok());
  CHECK(one.value().environment_sha256 == other.value().environment_sha256);
  CHECK(json_text(one.value().environment).find("/v/") == std::string::npos);
  add_package(there, "/elsewhere/lib/b");
  CHECK(lock_of(there, "/elsewhere", {}).value().environment_sha256 != one.value().environment_sha256);
}

TEST_CASE("a package whose files were changed is locked with that problem") {
  CapturedFiles files;
  add_package(files, "/v/lib/a");
  files.add("/v/lib/a-1.dist-info/RECORD", "a.py,sha256=ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0,3\n");
  files.add("/v/lib/a.py", "abc");
  IndexAnswers index;
  index.offers["a==1"].archives = {{"a.whl", "aa"}};
  CHECK(package_named(lock_of(files, "/v", index).value(), "a").problem.empty());
  files.add("/v/lib/a.py", "abd");
  CHECK(package_named(lock_of(files, "/v", index).value(), "a").problem.find("a.py") != std::string::npos);
}

TEST_CASE("an index that does not answer is told, and nothing is taken for its answer") {
  CapturedFiles files;
  add_package(files, "/v/lib/a");
  IndexAnswers index;
  index.offers["a==1"].problem = "the index did not answer";
  CHECK(lock_of(files, "/v", index).value().network_problem == "the index did not answer");
  CHECK(lock_of(files, "/v", {}).value().packages[0].problem == "pip did not say");
  const Subject subject = files.subject();
  const Report silent = collect(subject, {"", Error(ErrorCode::kNotFound, "silence")});
  const auto refused =
      make_lock(subject, silent, [](const auto&) -> Result<IndexAnswers> { return IndexAnswers(); });
  REQUIRE(!refused.ok());
  CHECK(refused.error().message().find("silence") != std::string::npos);
}

TEST_CASE("a lock file that was altered is refused") {
  CapturedFiles files;
  add_package(files, "/v/lib/a");
  const Json json = lock_json(lock_of(files, "/v", {}).value());
  REQUIRE(record_in_lock(json, "x.json").ok());
  Json altered = json;
  altered["environment"]["packages"]["items"][0]["version"]["value"] = "2";
  CHECK(record_in_lock(altered, "x.json").error().code() == ErrorCode::kDigestMismatch);
  for (const char* key : {"format", "version", "environment", "environment_sha256"}) {
    Json without = json;
    without.erase(key);
    CHECK(!record_in_lock(without, "x.json").ok());
  }
  CHECK(!record_in_lock(Json::array(), "x.json").ok());
}

TEST_CASE("a path becomes an address and comes back") {
  CHECK(address_of_path("/a b/c%1/x-1.0_\xc3\xa4.whl") == "file:///a%20b/c%251/x-1.0_%c3%a4.whl");
  for (const char* path : {"/a b/c%1/\xc3\xa4.whl", "/", "/plain/x.whl", "/100%"})
    CHECK(path_of_address(address_of_path(path)) == path);
  CHECK(path_of_address("file://host/x%2") == "/x%2");
  CHECK(path_of_address("file:").empty());
}

TEST_CASE("pip's answer is taken without credentials, and its refusal is an error") {
  const auto answers = parse_index_answers(
      {{"indexes", {"https://u:p@h/simple"}},
       {"find_links", Json::array()},
       {"answers",
        {{"a==1",
          {{"files", {{{"name", "a.whl"}, {"sha256", "aa"}}, {{"name", "a.zip"}, {"sha256", nullptr}}}}}},
         {"b==1", {{"problem", "silence"}}},
         {"c==1", 3}}}});
  REQUIRE(answers.ok());
  CHECK(answers.value().places == std::vector<std::string>{"https://h/simple"});
  CHECK(answers.value().offers.at("a==1").archives.size() == 2);
  CHECK(answers.value().offers.at("b==1").problem == "silence");
  CHECK(!answers.value().offers.at("c==1").problem.empty());
  CHECK(!parse_index_answers({{"error", "no pip"}}).ok());
  CHECK(!parse_index_answers(Json::array()).ok());
}

}  // namespace
}  // namespace ibid::environment
