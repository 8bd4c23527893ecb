#include "data/object_store.h"

#include <doctest/doctest.h>

#include <fstream>

#include "base/sha256.h"
#include "support/temporary_folder.h"

namespace ibid::data {
namespace {

TEST_CASE("what is put in comes out, under its digest") {
  const test::TemporaryFolder folder;
  ObjectStore store(folder / "s");
  for (const std::string& bytes : {std::string(), std::string("abc"), std::string(100000, '\0')}) {
    const std::string digest = store.put(bytes).value();
    CHECK(digest == sha256_hex(bytes));
    CHECK(store.path_of(digest) == folder / "s/objects/sha256" / digest.substr(0, 2) / digest.substr(2));
    CHECK(store.get(digest).value() == bytes);
    CHECK(store.put(bytes).value() == digest);
  }
  CHECK(store.flush().ok());
  CHECK(platform::list_sorted(store.path_of(sha256_hex("abc")).parent_path()).value().size() == 1);
}

TEST_CASE("a file of any size is kept if it has the digest that it should have") {
  const test::TemporaryFolder folder;
  ObjectStore store(folder / "s");
  for (const size_t size : {size_t{0}, size_t{1} << 20, (size_t{2} << 20) + 7}) {
    const std::string bytes(size, 'x');
    std::ofstream(folder / "file") << bytes;
    REQUIRE(store.put_file(folder / "file", sha256_hex(bytes)).ok());
    CHECK(store.get(sha256_hex(bytes)).value() == bytes);
  }
  const std::string other = sha256_hex("other");
  CHECK(store.put_file(folder / "file", other).error().code() == ErrorCode::kDigestMismatch);
  CHECK(platform::list_sorted(store.path_of(other).parent_path()).value().empty());
  CHECK_FALSE(store.put_file(folder / "absent", other).ok());
}

TEST_CASE("a damaged object is an error to readers, and put right by the next writer") {
  const test::TemporaryFolder folder;
  ObjectStore store(folder / "s");
  const std::string digest = store.put("abc").value();
  for (const char* damaged : {"", "ab", "abd", "abcd"}) {
    std::ofstream(store.path_of(digest)) << damaged;
    CHECK(store.get(digest).error().code() == ErrorCode::kDigestMismatch);
    CHECK(store.put("abc").ok());
    CHECK(store.get(digest).value() == "abc");
  }
}

TEST_CASE("what is no digest, or not there") {
  const test::TemporaryFolder folder;
  const ObjectStore store(folder / "s");
  CHECK(store.get("../../x").error().code() == ErrorCode::kMalformed);
  CHECK(store.get(std::string(64, 'A')).error().code() == ErrorCode::kMalformed);
  CHECK(store.get(std::string(64, 'a')).error().code() == ErrorCode::kNotFound);
  CHECK_FALSE(platform::path_exists(folder / "s"));
}

TEST_CASE("a store that cannot be written names its place") {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "s") << "a file";
  ObjectStore store(folder / "s");
  const auto result = store.put("abc");
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().message().find((folder / "s").string()) != std::string::npos);
}

}  // namespace
}  // namespace ibid::data
