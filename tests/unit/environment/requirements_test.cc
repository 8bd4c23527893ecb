#include "environment/requirements.h"

#include <doctest/doctest.h>

namespace ibid::environment {
namespace {

Lock lock() {
  Lock lock;
  lock.python = "CPython 3.11.2, linux-x86_64";
  lock.environment_sha256 = "e0";
  lock.places = {"https://index.example/simple"};
  lock.packages = {
      {"a", "1.0", PackageForm::kIndex, "", {{"a-1.0.tar.gz", "bb"}, {"a-1.0.whl", "aa"}, {"a.zip", ""}}, ""},
      {"b", "2", PackageForm::kVcs, "git+https://host/b@0123", {}, ""},
      {"c", "3", PackageForm::kArchive, "file:///w/c.whl", {{"c.whl", "cc"}}, ""},
      {"d", "4", PackageForm::kNone, "", {}, "it is editable\nand more"},
      {"e", "5", PackageForm::kDebian, "python3-e", {}, ""},
      {"f", "6", PackageForm::kIndex, "", {}, "the index did not answer"},
  };
  lock.debian = {{.name = "python3-e", .version = "5-1"}};
  return lock;
}

TEST_CASE("a lock becomes requirements that pip can check, the others apart or in comments") {
  const std::string text = requirements_text(lock());
  CHECK(text.find("\na==1.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nc @ file:///w/c.whl") !=
        std::string::npos);
  CHECK(text.find("\n# not locked: d 4: it is editable and more\n") != std::string::npos);
  CHECK(text.find("\n# from Debian: e 5 in python3-e\n") != std::string::npos);
  CHECK(text.find("\nb @") == std::string::npos);
  CHECK(text.find("\nf==6") == std::string::npos);
  CHECK(text == requirements_text(lock()));
  const std::string unhashed = unhashed_requirements_text(lock());
  CHECK(unhashed.find("\nb @ git+https://host/b@0123\nf==6\n") != std::string::npos);
  CHECK(apt_text(lock()).ends_with("\n\npython3-e=5-1\n"));
  CHECK(apt_text(Lock()).empty());
  CHECK(unhashed_requirements_text(Lock()).empty());
}

TEST_CASE("what is written is read back") {
  const auto read = parse_requirements(requirements_text(lock()), "x");
  REQUIRE(read.ok());
  REQUIRE(read.value().size() == 2);
  CHECK(read.value()[0].name == "a");
  CHECK(read.value()[0].version == "1.0");
  CHECK(read.value()[0].sha256 == std::vector<std::string>{"aa", "bb"});
  CHECK(read.value()[1].origin == "file:///w/c.whl");
}

TEST_CASE("requirements as other programs write them are understood") {
  const auto read = parse_requirements(
      "--index-url https://i\n-i https://i\n# note\nFoo_Bar[x, y] == 1.0 ; python_version < '4' \\\r\n  "
      "--hash=sha256:aa"
      "    # via z\nb===2\n  \nc @ git+https://h/c@12#subdirectory=s",
      "x");
  REQUIRE(read.ok());
  REQUIRE(read.value().size() == 3);
  CHECK(read.value()[0].name == "foo-bar");
  CHECK(read.value()[0].version == "1.0");
  CHECK(read.value()[0].sha256 == std::vector<std::string>{"aa"});
  CHECK(read.value()[1].version == "2");
  CHECK(read.value()[2].origin == "git+https://h/c@12#subdirectory=s");
}

TEST_CASE("what pins nothing is refused with its line") {
  for (const char* text :
       {"a>=1", "a==1.*", "a==", "==1", "a b==1", "a==1,<2", "-e .", "-r more.txt", "{\"x\": 1}"}) {
    const auto read = parse_requirements(text, "req.txt");
    REQUIRE_MESSAGE(!read.ok(), text);
    CHECK(read.error().message().find("req.txt") != std::string::npos);
    CHECK(!read.error().hint().empty());
  }
}

}  // namespace
}  // namespace ibid::environment
