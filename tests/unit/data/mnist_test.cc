#include "data/mnist.h"

#include <doctest/doctest.h>

#include "data/idx.h"
#include "platform/atomic_file.h"
#include "platform/environment.h"
#include "support/temporary_folder.h"

namespace ibid::data {
namespace {

using test::TemporaryFolder;

void write_small_set(const platform::Path& folder) {
  const auto write = [&](size_t file, const IdxArray& array) {
    REQUIRE(platform::write_file_atomically(folder / kDigitFileNames[file], encode_idx(array)).ok());
  };
  write(0, {{2, 1, 2}, {1, 2, 3, 4}});
  write(1, {{2}, {9, 0}});
  write(2, {{1, 1, 2}, {5, 6}});
  write(3, {{1}, {7}});
}

DataLocations only(const platform::Path& folder) {
  return {.folder = folder, .data_folder = {}, .cache_folder = {}};
}

TEST_CASE("four files of MNIST's form are read as images with labels") {
  const TemporaryFolder folder;
  write_small_set(folder.path());
  const DigitImages images = load_digit_images(folder.path()).value();
  CHECK(images.train.count == 2);
  CHECK(images.train.height == 1);
  CHECK(images.train.width == 2);
  CHECK(images.train.channels == 1);
  CHECK(images.train.pixels == std::vector<uint8_t>{1, 2, 3, 4});
  CHECK(images.train.labels == std::vector<uint8_t>{9, 0});
  CHECK(images.test.labels == std::vector<uint8_t>{7});
}

TEST_CASE("files that do not belong together are refused") {
  const TemporaryFolder folder;
  write_small_set(folder.path());
  const auto replace = [&](size_t file, const IdxArray& array) {
    REQUIRE(platform::write_file_atomically(folder / kDigitFileNames[file], encode_idx(array)).ok());
    const auto result = load_digit_images(folder.path());
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().message().find(kDigitFileNames[file]) != std::string::npos);
    return result.error();
  };
  CHECK(replace(1, {{3}, {1, 2, 3}}).message().find("one label for each of 2 images") != std::string::npos);
  CHECK(replace(1, {{2}, {1, 10}}).message().find("label 10 for image 1") != std::string::npos);
  CHECK(replace(0, {{4}, {1, 2, 3, 4}}).code() == ErrorCode::kMalformed);
}

TEST_CASE("another set in MNIST's place is not taken for MNIST") {
  const TemporaryFolder folder;
  write_small_set(folder.path());
  const auto result = load_mnist(only(folder.path()));
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().code() == ErrorCode::kDigestMismatch);
}

TEST_CASE("when MNIST is missing the error says where it was sought and how to get it") {
  const TemporaryFolder folder;
  const auto result =
      load_mnist({.folder = {}, .data_folder = folder / "data", .cache_folder = folder / "cache"});
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().code() == ErrorCode::kNotFound);
  CHECK(result.error().message().find((folder / "data/mnist").string()) != std::string::npos);
  CHECK(result.error().message().find((folder / "cache/mnist").string()) != std::string::npos);
  for (const char* way : {"ibid data fetch mnist", "IBID_DATA_DIR", "ibid data make digits"}) {
    CHECK(result.error().hint().find(way) != std::string::npos);
  }
}

TEST_CASE("a set with a file missing names that file") {
  const TemporaryFolder folder;
  write_small_set(folder.path());
  REQUIRE(platform::remove_tree(folder / kDigitFileNames[3]).ok());
  const auto result = load_mnist(only(folder.path()));
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().code() == ErrorCode::kNotFound);
  CHECK(result.error().message().find("t10k-labels") != std::string::npos);
}

TEST_CASE("the real MNIST, where IBID_DATA_DIR has it") {
  const auto data_folder = platform::environment_variable("IBID_DATA_DIR");
  if (!data_folder || !platform::path_exists(platform::Path(*data_folder) / "mnist")) {
    MESSAGE("not checked: no IBID_DATA_DIR with a folder mnist");
    return;
  }
  const DigitImages images =
      load_mnist({.folder = {}, .data_folder = *data_folder, .cache_folder = {}}).value();
  CHECK(images.train.count == 60000);
  CHECK(images.test.count == 10000);
  int64_t sum = 0;
  for (const uint8_t pixel : images.train.pixels) sum += pixel;
  CHECK(static_cast<double>(sum) / static_cast<double>(images.train.pixels.size()) ==
        doctest::Approx(33.3184));
  CHECK(images.train.labels[0] == 5);
}

}  // namespace
}  // namespace ibid::data
