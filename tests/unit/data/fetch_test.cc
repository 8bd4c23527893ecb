#include "data/fetch.h"

#include <doctest/doctest.h>

#include <array>

#include "base/sha256.h"
#include "platform/atomic_file.h"
#include "support/temporary_folder.h"

namespace ibid::data {
namespace {

using test::TemporaryFolder;

// SHA-256 of "abc".
constexpr std::array<DatasetFile, 1> kFiles = {
    {{"letters", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}}};
const Dataset kLetters{
    .name = "letters", .title = "", .licence = "", .source = "", .files = kFiles, .mirrors = {}};

std::string mirror(const platform::Path& folder) { return "file://" + folder.string() + "/"; }

void put(const platform::Path& path, const std::string& content) {
  REQUIRE(platform::make_folders(path.parent_path()).ok());
  REQUIRE(platform::write_file_atomically(path, content).ok());
}

TEST_CASE("a file comes from the first mirror that has the right one") {
  const TemporaryFolder folder;
  put(folder / "altered/letters", "abd");
  put(folder / "longer/letters", "abcd");
  put(folder / "good/letters", "abc");
  const std::vector<std::string> mirrors = {mirror(folder / "none"), mirror(folder / "altered"),
                                            mirror(folder / "longer"), mirror(folder / "good")};
  int64_t seen = 0;
  REQUIRE(fetch_dataset(kLetters, folder / "cache", mirrors, [&](const DatasetFile&, int64_t n) {
            seen = n;
          }).ok());
  CHECK(seen == 3);
  CHECK(platform::read_file(folder / "cache/letters").value() == "abc");
  CHECK(platform::list_sorted(folder / "cache").value().size() == 1);
}

TEST_CASE("what is there intact is not fetched again, what is altered is") {
  const TemporaryFolder folder;
  put(folder / "cache/letters", "abc");
  const auto ignore = [](const DatasetFile&, int64_t) {};
  CHECK(fetch_dataset(kLetters, folder / "cache", {}, ignore).ok());
  put(folder / "cache/letters", "xyz");
  put(folder / "good/letters", "abc");
  const std::vector<std::string> mirrors = {mirror(folder / "good")};
  CHECK(fetch_dataset(kLetters, folder / "cache", mirrors, ignore).ok());
  CHECK(platform::read_file(folder / "cache/letters").value() == "abc");
}

TEST_CASE("when no mirror helps, nothing is left and the error names all that was tried") {
  const TemporaryFolder folder;
  put(folder / "altered/letters", "abd");
  const std::vector<std::string> mirrors = {"https://127.0.0.1:1/", mirror(folder / "altered")};
  const auto result = fetch_dataset(kLetters, folder / "cache", mirrors, [](const DatasetFile&, int64_t) {});
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().code() == ErrorCode::kDigestMismatch);
  for (const std::string& tried : mirrors) CHECK(result.error().message().find(tried) != std::string::npos);
  CHECK(result.error().hint().find("--mirror") != std::string::npos);
  CHECK(platform::list_sorted(folder / "cache").value().empty());
}

TEST_CASE("a network that is not there is an error of that kind") {
  const TemporaryFolder folder;
  const std::vector<std::string> mirrors = {"https://127.0.0.1:1/"};
  const auto result = fetch_dataset(kLetters, folder / "cache", mirrors, [](const DatasetFile&, int64_t) {});
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().code() == ErrorCode::kNetwork);
}

TEST_CASE("every file of a data set is judged by its digest") {
  const TemporaryFolder folder;
  CHECK(check_dataset(kLetters, folder.path()).value().at(0).state == FileState::kMissing);
  put(folder / "letters", "abd");
  CHECK(check_dataset(kLetters, folder.path()).value().at(0).state == FileState::kAltered);
  put(folder / "letters", "abc");
  CHECK(check_dataset(kLetters, folder.path()).value().at(0).state == FileState::kIntact);
}

TEST_CASE("a mistyped data set is guessed") {
  CHECK(find_dataset("mnist").ok());
  CHECK(find_dataset("mnsit").error().hint() == "did you mean 'mnist'?");
  CHECK(find_dataset("cifar").error().hint() == "known data sets: mnist, digits");
}

TEST_CASE("the explicit folder is the only one looked at; else data comes before cache") {
  const DataLocations all{.folder = "/f", .data_folder = "/d", .cache_folder = "/c"};
  CHECK(candidate_folders(all, "mnist") == std::vector<platform::Path>{"/f"});
  const DataLocations usual{.folder = {}, .data_folder = "/d", .cache_folder = "/c"};
  CHECK(candidate_folders(usual, "mnist") == std::vector<platform::Path>{"/d/mnist", "/c/mnist"});
}

}  // namespace
}  // namespace ibid::data
