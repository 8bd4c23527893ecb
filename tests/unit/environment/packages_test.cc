#include "environment/packages.h"

#include <doctest/doctest.h>

#include "environment/record.h"
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
  files.add(site("numpy-1.24.2.dist-info/RECORD"),
            "numpy/a.py,sha256=YWJj,3\nnumpy-1.24.2.dist-info/RECORD,,\n");
  const auto list = collect_packages(files.subject(), {kSite}, "-");
  REQUIRE(list.is_known());
  REQUIRE(list.items.size() == 1);
  const Package& numpy = list.items[0];
  CHECK(numpy.name.value() == "numpy");
  CHECK(numpy.version.value() == "1.24.2");
  CHECK(numpy.installer.value() == "pip");
  CHECK(numpy.record_sha256.value() == record_digest({{"numpy/a.py", "YWJj"}}));
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

TEST_CASE("a package from an archive keeps the archive's digest, in the new form and the old") {
  CapturedFiles files;
  files.add(site("new-1.dist-info/METADATA"), "Name: new\nVersion: 1\n");
  files.add(site("new-1.dist-info/direct_url.json"),
            R"({"url": "file:///w/new-1-py3-none-any.whl", "archive_info": {"hashes": {"sha256": "00ff"}}})");
  files.add(site("old-1.dist-info/METADATA"), "Name: old\nVersion: 1\n");
  files.add(
      site("old-1.dist-info/direct_url.json"),
      R"({"url": "file:///w/old.tar.gz", "subdirectory": "s", "archive_info": {"hash": "sha256=11ee"}})");
  const auto list = collect_packages(files.subject(), {kSite}, "-");
  CHECK(package_named(list, "new").archive_sha256.value() == "00ff");
  CHECK(package_named(list, "old").archive_sha256.value() == "11ee");
  CHECK(package_named(list, "old").subdirectory.value() == "s");
  CHECK(!package_named(list, "old").vcs.is_known());
}

TEST_CASE("a package of Debian's names it, with its version") {
  CapturedFiles files;
  files.add("/usr/lib/python3/dist-packages/numpy-1.24.2.egg-info/PKG-INFO",
            "Name: numpy\nVersion: 1.24.2\n");
  files.add("/usr/lib/python3/dist-packages/six-1.egg-info", "Name: six\nVersion: 1\n");
  files.add("/var/lib/dpkg/info/python3-numpy.list",
            "/.\n/usr/lib/python3/dist-packages/numpy-1.24.2.egg-info\n"
            "/usr/lib/python3/dist-packages/numpy-1.24.2.egg-info/PKG-INFO\n");
  files.add("/var/lib/dpkg/status",
            "Package: python3-numpy\nStatus: install ok installed\nVersion: 1:1.24.2-1\n\n");
  const auto list = collect_packages(files.subject(), {"/usr/lib/python3/dist-packages"}, "-");
  CHECK(package_named(list, "numpy").owner.value() == "python3-numpy");
  CHECK(package_named(list, "numpy").owner_version.value() == "1:1.24.2-1");
  CHECK(package_named(list, "six").owner.reason().find("no package") != std::string::npos);
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
  files.add("/src/older/older.egg-info/PKG-INFO", "Name: older\nVersion: 4\n");
  files.add(site("older.egg-link"), "/src/older\n.");
  const auto list = collect_packages(files.subject(), {kSite, "/src/older"}, "-");
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
