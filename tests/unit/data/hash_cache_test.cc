#include "data/hash_cache.h"

#include <doctest/doctest.h>

#include "platform/atomic_file.h"
#include "support/temporary_folder.h"

namespace ibid::data {
namespace {

using platform::FileStatus;

constexpr int64_t kNowMs = 1'000'000;
constexpr int64_t kSecondNs = 1'000'000'000;
constexpr FileStatus kOld = {.kind = platform::FileKind::kFile,
                             .device = 1,
                             .inode = 2,
                             .size_bytes = 3,
                             .modified_ns = 4,
                             .changed_ns = 5};
constexpr Sha256Digest kDigest = {1, 2, 3};

HashCache loaded(const platform::Path& path) {
  HashCache cache(kNowMs);
  cache.load(path);
  return cache;
}

void save_one(const platform::Path& path) {
  HashCache cache(kNowMs);
  cache.insert(kOld, kDigest);
  CHECK(cache.changed());
  REQUIRE(cache.save(path).ok());
}

TEST_CASE("a digest is found again, and only for exactly this status") {
  const test::TemporaryFolder folder;
  const platform::Path path = folder / "below/hashes";
  save_one(path);
  const HashCache cache = loaded(path);
  CHECK_FALSE(cache.changed());
  CHECK(cache.find(kOld) == kDigest);
  for (const auto member : {&FileStatus::device, &FileStatus::inode}) {
    FileStatus other = kOld;
    ++(other.*member);
    CHECK_FALSE(cache.find(other).has_value());
  }
  for (const auto member : {&FileStatus::size_bytes, &FileStatus::modified_ns, &FileStatus::changed_ns}) {
    FileStatus other = kOld;
    ++(other.*member);
    CHECK_FALSE(cache.find(other).has_value());
  }
}

TEST_CASE("what changed less than two seconds ago is neither kept nor found") {
  const test::TemporaryFolder folder;
  for (const auto member : {&FileStatus::modified_ns, &FileStatus::changed_ns}) {
    FileStatus young = kOld;
    young.*member = 999 * kSecondNs;
    HashCache early(kNowMs);
    early.insert(young, kDigest);
    CHECK_FALSE(early.changed());
    HashCache late(kNowMs + 60'000);
    late.insert(young, kDigest);
    CHECK(late.changed());
    REQUIRE(late.save(folder / "hashes").ok());
    CHECK_FALSE(loaded(folder / "hashes").find(young).has_value());
  }
}

TEST_CASE("a damaged cache is no cache") {
  const test::TemporaryFolder folder;
  const platform::Path path = folder / "hashes";
  save_one(path);
  const std::string good = platform::read_file(path).value();
  REQUIRE(loaded(path).find(kOld).has_value());
  for (size_t i = 0; i < good.size(); ++i) {
    std::string flipped = good;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    REQUIRE(platform::write_file_atomically(path, flipped).ok());
    CHECK_FALSE(loaded(path).find(kOld).has_value());
    REQUIRE(platform::write_file_atomically(path, good.substr(0, i)).ok());
    CHECK_FALSE(loaded(path).find(kOld).has_value());
  }
  CHECK_FALSE(loaded(folder / "none").find(kOld).has_value());
  CHECK_FALSE(loaded(folder.path()).find(kOld).has_value());
}

TEST_CASE("saving keeps what was loaded and replaces what was read anew") {
  const test::TemporaryFolder folder;
  const platform::Path path = folder / "hashes";
  save_one(path);
  HashCache cache = loaded(path);
  cache.insert(kOld, kDigest);
  CHECK_FALSE(cache.changed());
  FileStatus other = kOld;
  other.inode = 1;
  cache.insert(other, {9});
  CHECK(cache.changed());
  REQUIRE(cache.save(path).ok());
  CHECK(loaded(path).find(kOld) == kDigest);
  CHECK(loaded(path).find(other) == Sha256Digest{9});
  cache.insert(kOld, {7});
  REQUIRE(cache.save(path).ok());
  CHECK(loaded(path).find(kOld) == Sha256Digest{7});
}

}  // namespace
}  // namespace ibid::data
