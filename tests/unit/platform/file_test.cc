#include "platform/file.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>

#include <fstream>

#include "platform/atomic_file.h"
#include "platform/line_writer.h"
#include "platform/mapped_file.h"
#include "support/temporary_folder.h"

namespace ibid::platform {
namespace {

using test::TemporaryFolder;

// A limit on the size of files stands in for a full disk: both stop a write in the middle.
class SmallFiles {
 public:
  explicit SmallFiles(rlim_t size_bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &saved_);
    const rlimit limit{size_bytes, saved_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SmallFiles() { ::setrlimit(RLIMIT_FSIZE, &saved_); }
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;

 private:
  rlimit saved_{};
};

TEST_CASE("a file reads back whole, whatever its size") {
  const TemporaryFolder folder;
  for (const size_t size : {size_t{0}, size_t{1}, size_t{3 << 20}}) {
    std::string content(size, 'x');
    if (size > 0) content.back() = '\0';
    REQUIRE(write_file_atomically(folder / "file", content).ok());
    CHECK(read_file(folder / "file").value() == content);
    CHECK(size_of_file(folder / "file").value() == static_cast<int64_t>(size));
  }
  CHECK_FALSE(read_file("/proc/self/status").value().empty());  // says it has 0 bytes
}

TEST_CASE("a file over the cap is refused, one at the cap is not") {
  const TemporaryFolder folder;
  REQUIRE(write_file_atomically(folder / "file", "12345").ok());
  CHECK(read_file(folder / "file", 5).ok());
  const auto refused = read_file(folder / "file", 4);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code() == ErrorCode::kMalformed);
}

TEST_CASE("failures name the path and the way out") {
  const TemporaryFolder folder;
  const auto missing = read_file(folder / "nothing");
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.error().code() == ErrorCode::kNotFound);
  CHECK(missing.error().message().find("nothing") != std::string::npos);
  CHECK_FALSE(missing.error().hint().empty());

  CHECK(read_file(folder.path()).error().code() == ErrorCode::kNotFound);
  CHECK(list_sorted(folder / "nothing").error().code() == ErrorCode::kNotFound);
  CHECK(write_file_atomically(folder / "no" / "file", "x").error().code() == ErrorCode::kNotFound);
  REQUIRE(write_file_atomically(folder / "file", "x").ok());
  CHECK(make_folders(folder / "file" / "below").error().code() == ErrorCode::kNotFound);
}

TEST_CASE("where the system allows nothing the error says so, to root too") {
  const auto result = make_folders("/sys/ibid_test");
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().code() == ErrorCode::kPermission);
}

TEST_CASE("a write that does not fit leaves the old content and no debris") {
  const TemporaryFolder folder;
  REQUIRE(write_file_atomically(folder / "file", "old").ok());
  {
    const SmallFiles limit(4096);
    const auto result = write_file_atomically(folder / "file", std::string(10000, 'n'));
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().code() == ErrorCode::kDiskFull);
    CHECK(result.error().hint().find("ulimit") != std::string::npos);
  }
  CHECK(read_file(folder / "file").value() == "old");
  CHECK(list_sorted(folder.path()).value().size() == 1);
}

TEST_CASE("an abandoned atomic file leaves nothing") {
  const TemporaryFolder folder;
  {
    AtomicFile file = AtomicFile::create(folder / "file").value();
    REQUIRE(file.write("half").ok());
    CHECK_FALSE(path_exists(folder / "file"));
  }
  CHECK(list_sorted(folder.path()).value().empty());
}

TEST_CASE("an atomic file has the permissions of an ordinary new file") {
  const TemporaryFolder folder;
  REQUIRE(write_file_atomically(folder / "atomic", "x").ok());
  std::ofstream(folder / "ordinary") << "x";
  CHECK(std::filesystem::status(folder / "atomic").permissions() ==
        std::filesystem::status(folder / "ordinary").permissions());
}

TEST_CASE("folders list in byte order of their names") {
  const TemporaryFolder folder;
  for (const char* name : {"b", "a10", "a2", "B", "\xC3\xA4"})
    REQUIRE(write_file_atomically(folder / name, "").ok());
  std::string order;
  for (const Path& entry : list_sorted(folder.path()).value()) order += entry.filename().string() + " ";
  CHECK(order == "B a10 a2 b \xC3\xA4 ");
}

TEST_CASE("making and removing folders is fine twice") {
  const TemporaryFolder folder;
  CHECK(make_folders(folder / "a/b/c").ok());
  CHECK(make_folders(folder / "a/b/c").ok());
  CHECK(is_folder(folder / "a/b/c"));
  CHECK(remove_tree(folder / "a").ok());
  CHECK(remove_tree(folder / "a").ok());
  CHECK_FALSE(path_exists(folder / "a"));
}

TEST_CASE("lines are appended, and reach the file at flush") {
  const TemporaryFolder folder;
  {
    LineWriter writer = LineWriter::append_to(folder / "log").value();
    REQUIRE(writer.write_line("one").ok());
    CHECK(read_file(folder / "log").value().empty());
    REQUIRE(writer.flush().ok());
    CHECK(read_file(folder / "log").value() == "one\n");
    REQUIRE(writer.write_line("two").ok());
  }
  CHECK(read_file(folder / "log").value() == "one\ntwo\n");
  REQUIRE(LineWriter::append_to(folder / "log").value().write_line("three").ok());
  CHECK(read_file(folder / "log").value() == "one\ntwo\nthree\n");
}

TEST_CASE("a log on a full device is an error, not silence") {
  if (!path_exists("/dev/full")) return;
  LineWriter writer = LineWriter::append_to("/dev/full").value();
  REQUIRE(writer.write_line("one").ok());
  const auto result = writer.flush();
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().code() == ErrorCode::kDiskFull);
}

TEST_CASE("a mapped file shows the file's bytes") {
  const TemporaryFolder folder;
  REQUIRE(write_file_atomically(folder / "file", "content").ok());
  const MappedFile file = MappedFile::open(folder / "file").value();
  REQUIRE(file.bytes().size() == 7);
  CHECK(std::string(reinterpret_cast<const char*>(file.bytes().data()), 7) == "content");
  REQUIRE(write_file_atomically(folder / "empty", "").ok());
  CHECK(MappedFile::open(folder / "empty").value().bytes().empty());
  CHECK(MappedFile::open(folder / "none").error().code() == ErrorCode::kNotFound);
  CHECK(MappedFile::open(folder.path()).error().code() == ErrorCode::kNotFound);
}

}  // namespace
}  // namespace ibid::platform
