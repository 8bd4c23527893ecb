#include "data/tree_hash.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/hex.h"
#include "data/hash_cache.h"
#include "platform/clock.h"
#include "platform/folder_scan.h"
#include "support/temporary_folder.h"

namespace ibid::data {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

void put(const fs::path& path, std::string_view content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

std::string large_content() {
  std::string content(9 * (size_t{1} << 20) + 5, '\0');
  for (size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i >> 12);
  return content;
}

void make_executable(const fs::path& path) {
  fs::permissions(path, fs::perms::owner_exec, fs::perm_options::add);
}

// One of everything.
void make_tree(const fs::path& root) {
  put(root / "a", "abc");
  put(root / "b/run", "abc");
  make_executable(root / "b/run");
  fs::create_symlink("a.txt", root / "b/to");
  put(root / "big", large_content());
  fs::create_directories(root / "empty");
  put(root / "x\ny", "q");
}

TreeHash hashed(const fs::path& path, HashOptions options = {}) {
  Result<TreeHash> hash = hash_tree(path, options);
  REQUIRE_MESSAGE(hash.ok(), (hash.ok() ? "" : hash.error().to_string()));
  return std::move(hash).value();
}

std::string root_of(const fs::path& path, HashOptions options = {}) {
  return hex_text(hashed(path, options).manifest.root().digest);
}

// Computed by other means, from the rules in docs/formats/manifest.md.
constexpr std::string_view kGoldenRoot = "33b9df251346fc5eafff61d9eed2e8b03600af16b0419b08dcbe69d53331f985";
constexpr std::string_view kGoldenLargeFile =
    "a9eb366e1e83ec220b5eb1edd5bba7e7a23abe8ff4edead981cb0ba271f29311";

TEST_CASE("a made-up tree has the root that the rules give, with any number of threads") {
  const TemporaryFolder folder;
  make_tree(folder / "t");
  for (const int64_t n_threads : {1, 2, 3, 8}) {
    const TreeHash hash = hashed(folder / "t", {.n_threads = n_threads});
    CHECK(hex_text(hash.manifest.root().digest) == kGoldenRoot);
    CHECK(hash.links_outside.empty());
  }
  CHECK(root_of(folder / "t/big") == kGoldenLargeFile);
}

TEST_CASE("what is written can be read, and a copy has the same manifest") {
  const TemporaryFolder folder;
  make_tree(folder / "t");
  const Manifest manifest = hashed(folder / "t").manifest;
  const Result<Manifest> back = parse_manifest(manifest_text(manifest), "m");
  REQUIRE(back.ok());
  CHECK(back.value() == manifest);
}

TEST_CASE("order of creation, times and permissions of others do not enter") {
  const TemporaryFolder folder;
  for (const char* name : {"a", "b", "c"}) put(folder / "one" / name, name);
  for (const char* name : {"c", "a", "b"}) put(folder / "two" / name, name);
  const std::string root = root_of(folder / "one");
  CHECK(root_of(folder / "two") == root);
  fs::last_write_time(folder / "two/a", fs::file_time_type::clock::now() - std::chrono::hours(1000));
  fs::permissions(folder / "two/a", fs::perms::owner_read);
  CHECK(root_of(folder / "two") == root);
}

TEST_CASE("names, bytes, executable bit, links and empty folders enter") {
  const TemporaryFolder folder;
  make_tree(folder / "t");
  std::vector<std::string> roots = {root_of(folder / "t")};
  const auto note = [&] {
    const std::string root = root_of(folder / "t");
    CHECK(std::ranges::find(roots, root) == roots.end());
    roots.push_back(root);
  };
  put(folder / "t/a", "abd");
  note();
  fs::rename(folder / "t/a", folder / "t/a2");
  note();
  make_executable(folder / "t/a2");
  note();
  fs::remove(folder / "t/b/to");
  fs::create_symlink("a.tXt", folder / "t/b/to");
  note();
  fs::remove(folder / "t/b/to");
  put(folder / "t/b/to", "a.tXt");  // the same bytes as a file
  note();
  fs::remove(folder / "t/empty");
  note();
  put(folder / "t/empty", "");
  note();
}

TEST_CASE("around the size of a piece every byte counts") {
  const TemporaryFolder folder;
  std::string last;
  for (const int64_t size :
       {kPieceBytes - 1, kPieceBytes, kPieceBytes + 1, 2 * kPieceBytes, 2 * kPieceBytes + 1}) {
    put(folder / "f", std::string(static_cast<size_t>(size), 'z'));
    const std::string root = root_of(folder / "f", {.n_threads = 2});
    CHECK(root != last);
    last = root;
  }
}

TEST_CASE("links are not followed, and those that leave the tree are told") {
  const TemporaryFolder folder;
  put(folder / "secret", "1");
  put(folder / "t/d/f", "x");
  fs::create_symlink("../../secret", folder / "t/d/out");
  fs::create_symlink("/etc/passwd", folder / "t/absolute");
  fs::create_symlink("d/../d/f", folder / "t/inside");
  fs::create_symlink("../d/f", folder / "t/d/inside too");
  fs::create_symlink("loop", folder / "t/loop");
  fs::create_symlink("..", folder / "t/d/up");
  const TreeHash hash = hashed(folder / "t");
  CHECK(hash.links_outside == std::vector<std::string>{"absolute", "d/out"});
  put(folder / "secret", "2");
  CHECK(hashed(folder / "t").manifest == hash.manifest);
  fs::create_symlink("t", folder / "to the tree");
  CHECK(hashed(folder / "to the tree").manifest == hash.manifest);
}

TEST_CASE("a path that is not there, or leads nowhere, is an error") {
  const TemporaryFolder folder;
  fs::create_symlink("nowhere", folder / "link");
  for (const char* name : {"none", "link"}) {
    const Result<TreeHash> hash = hash_tree(folder / name, {});
    REQUIRE_FALSE(hash.ok());
    CHECK(hash.error().code() == ErrorCode::kNotFound);
    CHECK(hash.error().message().find(name) != std::string::npos);
  }
}

TEST_CASE("devices are refused by name") {
  const Result<TreeHash> hash = hash_tree("/dev/null", {});
  REQUIRE_FALSE(hash.ok());
  CHECK(hash.error().code() == ErrorCode::kUnsupported);
  CHECK(hash.error().message().find("/dev/null") != std::string::npos);
}

TEST_CASE("files of the kernel that claim to be empty are refused") {
  const Result<TreeHash> hash = hash_tree("/proc/self/status", {});
  REQUIRE_FALSE(hash.ok());
  CHECK(hash.error().code() == ErrorCode::kUnsupported);
}

TEST_CASE("a file that changes after the walk is an error that names it") {
  const TemporaryFolder folder;
  put(folder / "t/a", "first");
  put(folder / "t/b", "second");
  for (const char* content : {"secand", "longer than before", "short"}) {
    put(folder / "t/b", "second");
    const auto change = [&](const HashProgress& progress) {
      if (progress.files_done == 1) put(folder / "t/b", content);
    };
    const Result<TreeHash> hash = hash_tree(folder / "t", {.progress = change});
    REQUIRE_FALSE(hash.ok());
    CHECK(hash.error().code() == ErrorCode::kIo);
    CHECK(hash.error().message().find("t/b") != std::string::npos);
    CHECK(hash.error().message().find("changed while it was read") != std::string::npos);
  }
}

TEST_CASE("a large file that grows between two of its pieces is an error") {
  const TemporaryFolder folder;
  put(folder / "big", large_content());
  const auto grow = [&](const HashProgress&) { std::ofstream(folder / "big", std::ios::app) << "x"; };
  const Result<TreeHash> hash = hash_tree(folder / "big", {.progress = grow});
  REQUIRE_FALSE(hash.ok());
  CHECK(hash.error().message().find("changed while it was read") != std::string::npos);
}

TEST_CASE("an unchanged file is not read again, a changed one is") {
  const TemporaryFolder folder;
  make_tree(folder / "t");
  HashOptions options{.cache_file = folder / "cache/hashes",
                      .now_ms = platform::unix_milliseconds() + 10'000};
  CHECK(hashed(folder / "t", options).n_cached == 0);
  const TreeHash again = hashed(folder / "t", options);
  CHECK(again.n_cached == 4);
  CHECK(hex_text(again.manifest.root().digest) == kGoldenRoot);
  put(folder / "t/a", "abd");
  const TreeHash after = hashed(folder / "t", options);
  CHECK(after.n_cached == 3);
  CHECK(after.manifest == hashed(folder / "t").manifest);
  options.now_ms -= 10'000;  // everything was made just now
  CHECK(hashed(folder / "t", options).n_cached == 0);
}

TEST_CASE("paranoid reading believes the file and tells what the cache had wrong") {
  const TemporaryFolder folder;
  put(folder / "t/a", "abc");
  const HashOptions options{.cache_file = folder / "hashes",
                            .now_ms = platform::unix_milliseconds() + 10'000};
  HashCache wrong(options.now_ms);
  wrong.insert(platform::status_of(folder / "t/a").value(), {1, 2, 3});
  REQUIRE(wrong.save(*options.cache_file).ok());
  CHECK(root_of(folder / "t", options) != root_of(folder / "t"));
  HashOptions paranoid = options;
  paranoid.paranoid = true;
  const TreeHash hash = hashed(folder / "t", paranoid);
  CHECK(hash.n_cached == 0);
  CHECK(hash.silently_changed == std::vector<std::string>{"a"});
  CHECK(hash.manifest == hashed(folder / "t").manifest);
  CHECK(root_of(folder / "t", options) == root_of(folder / "t"));  // the cache was put right
}

TEST_CASE("a cache that is damaged or cannot be written does not matter") {
  const TemporaryFolder folder;
  put(folder / "t/a", "abc");
  put(folder / "hashes", "rubbish");
  HashOptions options{.cache_file = folder / "hashes", .now_ms = platform::unix_milliseconds() + 10'000};
  CHECK(root_of(folder / "t", options) == root_of(folder / "t"));
  options.cache_file = folder / "t/a/hashes";
  const TreeHash hash = hashed(folder / "t", options);
  CHECK(hash.cache_problem.find("t/a") != std::string::npos);
  CHECK(hash.manifest == hashed(folder / "t").manifest);
}

}  // namespace
}  // namespace ibid::data
