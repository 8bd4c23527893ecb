#include "environment/libraries.h"

#include <doctest/doctest.h>

#include "support/captured_files.h"

namespace ibid::environment {
namespace {

using test::CapturedFiles;

// A little-endian 64-bit number, as ELF has it.
std::string number(uint64_t value, int n_bytes) {
  std::string out;
  for (int i = 0; i < n_bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}

// The least ELF file that has a build id: header, one program header of type note, the note behind another
// one.
std::string elf_with_build_id(const std::string& id) {
  const std::string other =
      number(4, 4) + number(1, 4) + number(1, 4) + std::string("GNU\0", 4) + std::string("x\0\0\0", 4);
  const std::string note = number(4, 4) + number(id.size(), 4) + number(3, 4) + std::string("GNU\0", 4) + id;
  std::string header("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0", 16);
  header += number(3, 2) + number(62, 2) + number(1, 4) + number(0, 8);
  header += number(64, 8) + number(0, 8) + number(0, 4) + number(64, 2) + number(56, 2) + number(1, 2);
  header += number(0, 2) + number(0, 2) + number(0, 2);
  const uint64_t size = other.size() + note.size();
  const std::string segment = number(4, 4) + number(4, 4) + number(120, 8) + number(120, 8) + number(120, 8) +
                              number(size, 8) + number(size, 8) + number(4, 8);
  return header + segment + other + note;
}

TEST_CASE("the build id of an ELF file is found behind other notes") {
  const std::string id = "\x01\x02\xfe\xff";
  const auto found = build_id(elf_with_build_id(id));
  REQUIRE(found.ok());
  CHECK(found.value() == "0102feff");
}

TEST_CASE("no beginning of an ELF file is read beyond its end") {
  const std::string whole = elf_with_build_id("\x01\x02\x03\x04");
  for (size_t size = 0; size < whole.size(); ++size) CHECK(!build_id(whole.substr(0, size)).ok());
  CHECK(!build_id("\177ELF\1\1").ok());
}

TEST_CASE("mapped files are those with executable pages, each once, by path") {
  CHECK(
      mapped_files(
          "55-56 r--p 0 00:00 1 /usr/bin/python3\n"
          "56-57 r-xp 0 00:00 1 /usr/bin/python3\n"
          "57-58 r-xp 0 00:00 2 /usr/lib/lib b.so (deleted)\n"
          "58-59 r-xp 0 00:00 3 /usr/lib/a.so\n58-59 r-xp 9 00:00 3 /usr/lib/a.so\n"
          "59-60 rw-p 0 00:00 0 [heap]\n60-61 r-xp 0 00:00 0 [vdso]\n61-62 r--s 0 0:0 4 /data\nrubbish\n") ==
      std::vector<std::string>{"/usr/bin/python3", "/usr/lib/a.so", "/usr/lib/lib b.so (deleted)"});
}

TEST_CASE("a loaded library has its digest, build id, role and owner; a replaced one says so") {
  CapturedFiles files;
  files.add("/proc/7/maps",
            "1-2 r-xp 0 0:0 1 /usr/lib/libopenblas.so.0\n2-3 r-xp 0 0:0 1 /opt/lost.so (deleted)\n");
  files.add("/usr/lib/libopenblas.so.0", elf_with_build_id("\x0a"));
  files.add("/opt/lost.so", "the new one");
  files.add("/var/lib/dpkg/info/libopenblas0:amd64.list", "/.\n/lib\n/lib/libopenblas.so.0\n");
  files.add("/var/lib/dpkg/status",
            "Package: libopenblas0\nStatus: install ok installed\nVersion: 0.3.21+ds-4\n\n");
  Subject subject = files.subject();
  subject.process_id = 7;
  const auto list = collect_libraries(subject);
  REQUIRE(list.is_known());
  REQUIRE(list.items.size() == 2);
  const Library &lost = list.items[0], &blas = list.items[1];
  CHECK(blas.role.value() == "BLAS (OpenBLAS)");
  CHECK(blas.build_id.value() == "0a");
  CHECK(blas.xxh128.value().size() == 32);
  CHECK(blas.owner.value() == "libopenblas0");
  CHECK(blas.owner_version.value() == "0.3.21+ds-4");
  CHECK(!lost.xxh128.is_known());
  CHECK(lost.build_id.reason().find("replaced or removed") != std::string::npos);
  CHECK(lost.owner.reason() == "no package of the system owns it");
}

TEST_CASE("without a process, or with one that is gone, the list says why it is unknown") {
  Subject subject = CapturedFiles().subject();
  CHECK(collect_libraries(subject).unknown_reason.find("--pid") != std::string::npos);
  subject.process_id = 7;
  CHECK(collect_libraries(subject).unknown_reason == "there is no /proc/7/maps");
}

}  // namespace
}  // namespace ibid::environment
