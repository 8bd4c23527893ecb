#include "source/python_roots.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "support/temporary_folder.h"

namespace ibid::source {
namespace {

TEST_CASE("of the search path what nobody installed, and packages installed to be edited") {
  const test::TemporaryFolder machine;
  const auto info = machine / "v/lib/python3.11/site-packages/mine-1.dist-info";
  std::filesystem::create_directories(info);
  std::ofstream(info / "METADATA") << "Name: mine\nVersion: 1\n";
  std::ofstream(info / "direct_url.json")
      << R"({"url": "file:///src/a%20b", "dir_info": {"editable": true}})";
  const environment::Subject subject{
      .files = platform::FileTree(machine.path()), .variables = {}, .process_id = {}};
  const environment::PythonAnswers answers{
      "/v/bin/python", Json{{"prefix", "/v"},
                            {"base_prefix", "/usr"},
                            {"path",
                             {"/home/someone/lib", "/usr/lib/python311.zip", "/usr/lib/python3.11",
                              "/usr/lib/python3.11/lib-dynload", "/v/lib/python3.11/site-packages",
                              "/usr/lib/python3/dist-packages", "relative", "/opt/x"}}}};
  std::string text;
  for (const CaptureRoot& root : python_roots(subject, answers)) {
    text += root.path.string() + " from " + root.origin + "\n";
    CHECK_FALSE(root.required);
  }
  CHECK(text ==
        "/home/someone/lib from sys.path of /v/bin/python\n/opt/x from sys.path of /v/bin/python\n"
        "/src/a b from the package mine, installed to be edited\n");
}

TEST_CASE("an interpreter that did not answer has no folders") {
  const environment::PythonAnswers answers{"python", Error(ErrorCode::kNotFound, "there is none")};
  CHECK(python_roots(environment::Subject(), answers).empty());
}

}  // namespace
}  // namespace ibid::source
