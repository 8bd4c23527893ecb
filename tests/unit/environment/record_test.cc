#include "environment/record.h"

#include <doctest/doctest.h>

#include "support/captured_files.h"

namespace ibid::environment {
namespace {

using test::CapturedFiles;

// SHA-256 of "abc" and of nothing in RECORD's base64.
constexpr const char* kAbc = "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0";
constexpr const char* kNothing = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

std::string line(const std::string& path, const std::string& digest) {
  return path + ",sha256=" + digest + ",3\n";
}

TEST_CASE("what each installation writes anew is no part of a package's files") {
  const std::string same = line("b/x.py", "B") + line("a.py", "A") + line("b-1.dist-info/METADATA", "M");
  const std::string one = same + line("../../../bin/tool", "1") + line("b-1.dist-info/INSTALLER", "pip") +
                          line("b-1.dist-info/direct_url.json", "1") + "b/__pycache__/x.pyc,,\n" +
                          "b-1.dist-info/RECORD,,\n";
  const std::string other = line("../../../bin/tool", "2") + line("b-1.dist-info/INSTALLER", "uv") + same +
                            line("b-1.dist-info/REQUESTED", "2");
  const auto files = recorded_files(one);
  REQUIRE(files.size() == 3);
  CHECK(files[0].path == "a.py");
  CHECK(files[1].path == "b-1.dist-info/METADATA");
  CHECK(record_digest(files) == record_digest(recorded_files(other)));
  CHECK(record_digest(files) !=
        record_digest(recorded_files(line("b/x.py", "C") + one.substr(line("b/x.py", "B").size()))));
}

TEST_CASE("paths with commas and quotes are read as they were written") {
  const auto files = recorded_files("\"a,\"\"b\"\".py\",sha256=X,1\nrubbish\n,\n,,\nno,digest\n");
  REQUIRE(files.size() == 1);
  CHECK(files[0].path == "a,\"b\".py");
  CHECK(files[0].sha256 == "X");
}

TEST_CASE("a file that was changed, cut or removed is named") {
  CapturedFiles files;
  files.add("/site/a.py", "abc");
  files.add("/site/b.py", "");
  files.add("/share/c", "abc");
  std::vector<RecordedFile> recorded = {{"../share/c", kAbc}, {"a.py", kAbc}, {"b.py", kNothing}};
  CHECK(altered_files(files.subject(), "/site", recorded).empty());
  files.add("/site/a.py", "abd");
  recorded.push_back({"gone.py", kAbc});
  recorded.push_back({"b.py", kAbc});
  CHECK(altered_files(files.subject(), "/site", recorded) ==
        std::vector<std::string>{"a.py", "gone.py", "b.py"});
}

}  // namespace
}  // namespace ibid::environment
