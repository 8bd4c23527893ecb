#include "data/manifest_diff.h"

#include <doctest/doctest.h>

namespace ibid::data {
namespace {

ManifestEntry entry(EntryKind kind, const std::string& path, std::string_view content = {}) {
  Sha256Stream stream;
  stream.update(content);
  return {kind, static_cast<int64_t>(content.size()), stream.digest(), path};
}

Manifest manifest(std::vector<ManifestEntry> entries) {
  entries.insert(entries.begin(), entry(EntryKind::kFolder, "."));
  REQUIRE(close_folders(entries).ok());
  return {std::move(entries)};
}

constexpr EntryKind kFile = EntryKind::kFile;
constexpr EntryKind kFolder = EntryKind::kFolder;

std::string paths(const std::vector<ManifestEntry>& entries) {
  std::string text;
  for (const ManifestEntry& e : entries) text += e.path + " ";
  return text;
}

TEST_CASE("equal trees have no difference") {
  const Manifest a = manifest({entry(kFile, "a", "x"), entry(kFolder, "b"), entry(kFile, "b/c", "y")});
  CHECK(compare_manifests(a, a).same());
}

TEST_CASE("what was added, removed, changed and renamed is told apart") {
  const Manifest a = manifest({entry(kFile, "changed", "1"), entry(kFile, "gone", "2"),
                               entry(kFile, "old name", "3"), entry(kFile, "same", "4")});
  const Manifest b = manifest({entry(kFile, "changed", "5"), entry(kFile, "new", "6"),
                               entry(kFile, "new name", "3"), entry(kFile, "same", "4")});
  const ManifestDiff diff = compare_manifests(a, b);
  CHECK(paths(diff.added) == "new ");
  CHECK(paths(diff.removed) == "gone ");
  REQUIRE(diff.changed.size() == 1);
  CHECK(change_text(diff.changed[0]) == "content");
  REQUIRE(diff.renamed.size() == 1);
  CHECK(diff.renamed[0].before.path == "old name");
  CHECK(diff.renamed[0].after.path == "new name");
}

TEST_CASE("of several copies the first goes with the first, and what is left over is removed") {
  const Manifest a = manifest({entry(kFile, "a1", "x"), entry(kFile, "a2", "x"), entry(kFile, "a3", "x")});
  const Manifest b = manifest({entry(kFile, "b1", "x"), entry(kFile, "b2", "x")});
  const ManifestDiff diff = compare_manifests(a, b);
  REQUIRE(diff.renamed.size() == 2);
  CHECK(diff.renamed[0].before.path == "a1");
  CHECK(diff.renamed[0].after.path == "b1");
  CHECK(diff.renamed[1].before.path == "a2");
  CHECK(paths(diff.removed) == "a3 ");
  CHECK(diff.added.empty());
}

TEST_CASE("empty files are no renames") {
  const ManifestDiff diff = compare_manifests(manifest({entry(kFile, "a")}), manifest({entry(kFile, "b")}));
  CHECK(diff.renamed.empty());
  CHECK(paths(diff.added) == "b ");
  CHECK(paths(diff.removed) == "a ");
}

TEST_CASE("folders show by what is in them, empty ones by themselves") {
  const Manifest a = manifest({entry(kFolder, "empty"), entry(kFolder, "full"), entry(kFile, "full/x", "1")});
  const ManifestDiff removed = compare_manifests(a, manifest({}));
  CHECK(paths(removed.removed) == "empty full/x ");
  CHECK(removed.changed.empty());
  const ManifestDiff emptied =
      compare_manifests(a, manifest({entry(kFolder, "empty"), entry(kFolder, "full")}));
  CHECK(paths(emptied.removed) == "full/x ");
  CHECK(emptied.added.empty());
}

TEST_CASE("executable bit and kind are changes of their own") {
  const Manifest a = manifest({entry(kFile, "a", "x"), entry(kFile, "b", "x"), entry(kFile, "c", "x")});
  const Manifest b = manifest({entry(EntryKind::kExecutable, "a", "x"),
                               entry(EntryKind::kExecutable, "b", "y"), entry(EntryKind::kLink, "c", "x")});
  const ManifestDiff diff = compare_manifests(a, b);
  REQUIRE(diff.changed.size() == 3);
  CHECK(change_text(diff.changed[0]) == "executable bit");
  CHECK(change_text(diff.changed[1]) == "content and executable bit");
  CHECK(change_text(diff.changed[2]) == "was a file, is a link");
}

}  // namespace
}  // namespace ibid::data
