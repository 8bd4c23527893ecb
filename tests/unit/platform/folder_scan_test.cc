#include "platform/folder_scan.h"

#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "platform/input_file.h"
#include "support/temporary_folder.h"

namespace ibid::platform {
namespace {

using test::TemporaryFolder;

TEST_CASE("a folder's entries come in byte order with their kinds") {
  const TemporaryFolder folder;
  std::ofstream(folder / "b") << "123";
  std::filesystem::permissions(folder / "b", std::filesystem::perms::owner_all);
  std::ofstream(folder / "B.txt") << "";
  std::filesystem::create_directory(folder / "a");
  std::filesystem::create_symlink("b", folder / "\xFF");
  const auto entries = scan_folder(folder.path());
  REQUIRE(entries.ok());
  REQUIRE(entries.value().size() == 4);
  CHECK(entries.value()[0].name == "B.txt");
  CHECK_FALSE(entries.value()[0].status.executable);
  CHECK(entries.value()[1].status.kind == FileKind::kFolder);
  CHECK(entries.value()[2].name == "b");
  CHECK(entries.value()[2].status.executable);
  CHECK(entries.value()[2].status.size_bytes == 3);
  CHECK(entries.value()[2].status == status_of(folder / "b").value());
  CHECK(entries.value()[3].name == "\xFF");
  CHECK(entries.value()[3].status.kind == FileKind::kLink);
}

TEST_CASE("what is no folder cannot be scanned") {
  const TemporaryFolder folder;
  CHECK(scan_folder(folder / "none").error().code() == ErrorCode::kNotFound);
  CHECK(status_of(folder / "none").error().code() == ErrorCode::kNotFound);
  CHECK(status_of("/dev/null").value().kind == FileKind::kSpecial);
}

TEST_CASE("a link's target is its text, however long") {
  const TemporaryFolder folder;
  const std::string target(1000, 't');
  std::filesystem::create_symlink(target, folder / "link");
  CHECK(link_target(folder / "link").value() == target);
  CHECK_FALSE(link_target(folder.path()).ok());
}

TEST_CASE("a file is read from where one wants, and links are not followed") {
  const TemporaryFolder folder;
  std::ofstream(folder / "f") << "abcdef";
  std::filesystem::create_symlink("f", folder / "link");
  const auto file = InputFile::open(folder / "f");
  REQUIRE(file.ok());
  std::array<std::byte, 4> buffer{};
  CHECK(file.value().read_at(1, buffer).value() == 4);
  CHECK(buffer[0] == std::byte{'b'});
  CHECK(file.value().read_at(4, buffer).value() == 2);
  CHECK(file.value().read_at(9, buffer).value() == 0);
  CHECK(file.value().status().value() == status_of(folder / "f").value());
  CHECK_FALSE(InputFile::open(folder / "link").ok());
  CHECK_FALSE(InputFile::open(folder / "none").ok());
}

}  // namespace
}  // namespace ibid::platform
