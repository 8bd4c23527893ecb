#include "environment/compiler_notes.h"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "platform/file.h"

namespace ibid::environment {
namespace {

std::string number(uint64_t value, int n_bytes) {
  std::string out;
  for (int i = 0; i < n_bytes; ++i) out += i < 8 ? static_cast<char>(value >> (8 * i) & 0xff) : '\0';
  return out;
}

// The least ELF file with these sections, and the one that holds their names.
std::string elf_with(const std::vector<std::pair<std::string, std::string>>& sections) {
  std::string names(1, '\0'), contents, headers;
  const auto header = [](uint64_t name, uint64_t type, uint64_t offset, uint64_t size) {
    return number(name, 4) + number(type, 4) + number(0, 16) + number(offset, 8) + number(size, 8) +
           number(0, 24);
  };
  for (const auto& [name, content] : sections) {
    headers += header(names.size(), 1, 64 + contents.size(), content.size());
    names += name + '\0';
    contents += content;
  }
  headers += header(0, 3, 64 + contents.size(), names.size());
  contents += names;
  std::string file("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0", 16);
  file += number(3, 2) + number(62, 2) + number(1, 4) + number(0, 8) + number(0, 8);
  file += number(64 + contents.size(), 8) + number(0, 4) + number(64, 2) + number(56, 2) + number(0, 2);
  file += number(64, 2) + number(sections.size() + 1, 2) + number(sections.size(), 2);
  return file + contents + headers;
}

TEST_CASE("compilers are those that .comment names, each once") {
  const auto found = compilers_of(
      elf_with({{".text", "GCC: not here"}, {".comment", std::string("GCC: 12\0clang 19\0GCC: 12\0", 25)}}));
  REQUIRE(found.ok());
  CHECK(found.value() == "GCC: 12; clang 19");
  CHECK(compilers_of(elf_with({{".text", "x"}})).error().message().find(".comment") != std::string::npos);
  CHECK(compilers_of("\177ELF\1\1").error().code() == ErrorCode::kUnsupported);
}

TEST_CASE("flags are those that were recorded, else those of the producer") {
  const std::string recorded("-O3\0-ffast-math\0", 16), debug("x\0GNU C17 12.2.0 -mavx2 -O2\0main.c\0", 36);
  CHECK(compiler_flags(elf_with({{".GCC.command.line", recorded}, {".debug_str", debug}})).value() ==
        "-O3 -ffast-math");
  CHECK(compiler_flags(elf_with({{".debug_str", debug}})).value() == "GNU C17 12.2.0 -mavx2 -O2");
  CHECK(!compiler_flags(elf_with({{".debug_str", std::string("aGNU C -O2\0", 11)}})).ok());
  CHECK(!compiler_flags(elf_with({{".comment", "GCC"}})).ok());
}

TEST_CASE("no beginning of a file is read beyond its end") {
  const std::string whole =
      elf_with({{".comment", "GCC"}, {".GCC.command.line", "-O2"}, {".debug_str", "GNU C -O2"}});
  // Of the last header, that of the names, the last 24 bytes tell nothing that is needed.
  for (size_t size = 0; size < whole.size() - 24; ++size) {
    CHECK(!compilers_of(whole.substr(0, size)).ok());
    CHECK(!compiler_flags(whole.substr(0, size)).ok());
  }
}

TEST_CASE("a real program tells its compiler") {
  const auto bytes = platform::read_file("/proc/self/exe");
  REQUIRE(bytes.ok());
  const auto compilers = compilers_of(bytes.value());
  REQUIRE(compilers.ok());
  CHECK((compilers.value().find("GCC") != std::string::npos ||
         compilers.value().find("clang") != std::string::npos));
}

}  // namespace
}  // namespace ibid::environment
