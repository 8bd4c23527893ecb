// Every operation that a header under include/ibid/ops declares has a gradient test.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "support/gradient_check.h"

namespace ibid::test {
namespace {

std::set<std::string> declared_operations() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(IBID_SOURCE_DIR "/include/ibid/ops")) {
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const std::string content = text.str();
    // What takes a tape records on it.
    const std::regex declaration(R"((?:^|\n)[A-Za-z]\w* (\w+)\(Tape& tape)");
    for (auto found = std::sregex_iterator(content.begin(), content.end(), declaration);
         found != std::sregex_iterator(); ++found) {
      names.insert((*found)[1]);
    }
  }
  return names;
}

TEST_CASE("every declared operation has a gradient test, and every test an operation") {
  const std::set<std::string> declared = declared_operations();
  const std::set<std::string> tested(tested_operations().begin(), tested_operations().end());
  CHECK(declared.size() > 60);
  for (const std::string& name : declared) {
    CAPTURE(name);
    CHECK(tested.contains(name));
  }
  for (const std::string& name : tested) {
    CAPTURE(name);
    CHECK(declared.contains(name));
  }
}

}  // namespace
}  // namespace ibid::test
