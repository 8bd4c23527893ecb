#include "environment/packages.h"

#include <doctest/doctest.h>

#include "support/captured_files.h"

namespace ibid::environment {
namespace {

using test::CapturedFiles;

constexpr const char* kSite = "/venv/lib/python3.11/site-packages";

std::string site(const std::string& name) { return std::string(kSite) + "/" + name; }

const Package& package_named(const FactList<Package>& list, const std::string& name) {
  for (const Package& package : list.items) {
    if (package.name.is_known() && package.name.value() == name) return package;
  }
  FAIL("no package " << name);
  return list.items.front();
}

TEST_CASE("a wheel is known by its metadata, its installer and the digest of its list of files") {
  CapturedFiles files;
  files.add(site("numpy-1.24.2.dist-info/METADATA"),
            "Metadata-Version: 2.1\nName: numpy\nVersion: 1.24.2\n\nName: no\n");
  files.add(site("numpy-1.24.2.dist-info/INSTALLER"), "pip\n");
  files.add(site("numpy-1.24.2.dist-info/RECORD"), "abc");
  const auto list = collect_packages(files.subject(), {kSite}, "-");
  REQUIRE(list.is_known());
  REQUIRE(list.items.size() == 1);
  const Package& numpy = list.items[0];
  CHECK(numpy.name.value() == "numpy");
  CHECK(numpy.version.value() == "1.24.2");
  CHECK(numpy.installer.value() == "pip");
  CHECK(numpy.record_sha256.value() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(!numpy.editable.value());
  CHECK(!numpy.origin.is_known());
  CHECK(numpy.location.value() == kSite);
}

TEST_CASE("the origin of a package from version control is kept without its credentials") {
  CapturedFiles files;
  files.add(site("mine-0.1.dist-info/METADATA"), "Name: mine\nVersion: 0.1\n");
  files.add(site("mine-0.1.dist-info/direct_url.json"),
            R"({"url": "https://user:hunter2@example.org/mine.git",
                "vcs_info": {"vcs": "git", "commit_id": "0123abcd"}})");
  files.add(site("here-1.dist-info/METADATA"), "Name: here\nVersion: 1\n");
  files.add(site("here-1.dist-info/direct_url.json"),
            R"({"url": "file:///src/here", "dir_info": {"editable": true}})");
  const auto list = collect_packages(files.subject(), {kSite}, "-");
  const Package& mine = package_named(list, "mine");
  CHECK(mine.origin.value() == "https://example.org/mine.git");
  CHECK(mine.vcs_commit.value() == "0123abcd");
  CHECK(!mine.editable.value());
  CHECK(package_named(list, "here").editable.value());
}

TEST_CASE("of two packages with one name the first on the path counts, however the name is written") {
  CapturedFiles files;
  files.add("/first/Foo_Bar-2.0.dist-info/METADATA", "Name: Foo_Bar\nVersion: 2.0\n");
  files.add(site("foo.bar-1.0.dist-info/METADATA"), "Name: foo.bar\nVersion: 1.0\n");
  const auto list = collect_packages(files.subject(), {"/first", kSite}, "-");
  REQUIRE(list.items.size() == 1);
  CHECK(list.items[0].version.value() == "2.0");
  CHECK(normalised_name("Foo__Bar.-x") == "foo-bar-x");
}

TEST_CASE("eggs are found, as files and as folders, and editable ones by their link") {
  CapturedFiles files;
  files.add(site("old-3.egg-info"), "Name: old\nVersion: 3\n");
  files.add(site("older.egg-info/PKG-INFO"), "Name: older\nVersion: 4\n");
  files.add(site("older.egg-link"), "/src/older\n");
  const auto list = collect_packages(files.subject(), {kSite}, "-");
  CHECK(package_named(list, "old").version.value() == "3");
  CHECK(!package_named(list, "old").editable.value());
  CHECK(package_named(list, "older").editable.value());
}

TEST_CASE("damaged packages are listed, each field with the reason why it is not known") {
  CapturedFiles files;
  files.add(site("gone-1.dist-info/RECORD"), "");
  files.add(site("bad-1.dist-info/METADATA"), "Name: bad\n");
  files.add(site("bad-1.dist-info/direct_url.json"), "{");
  const auto list = collect_packages(files.subject(), {kSite}, "-");
  REQUIRE(list.items.size() == 2);
  const Package& bad = package_named(list, "bad");
  CHECK(bad.version.reason().find("has no 'Version'") != std::string::npos);
  CHECK(bad.origin.reason().find("is damaged") != std::string::npos);
  for (const Package& package : list.items) {
    if (!package.name.is_known()) CHECK(package.name.reason().find("there is no") != std::string::npos);
  }
}

TEST_CASE("without a search path the list says why it is unknown") {
  const auto list = collect_packages(CapturedFiles().subject(), {}, "nobody answered");
  CHECK(list.items.empty());
  CHECK(!list.is_known());
  CHECK(list.unknown_reason == "nobody answered");
}

}  // namespace
}  // namespace ibid::environment
