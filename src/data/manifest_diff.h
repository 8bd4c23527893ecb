#pragma once

#include <string>
#include <vector>

#include "data/manifest.h"

namespace ibid::data {

struct ChangedEntry {
  ManifestEntry before;
  ManifestEntry after;
};

// What tells two trees apart, by path. Folders show only by what is in them; one that is empty and only on
// one side is added or removed itself.
struct ManifestDiff {
  std::vector<ManifestEntry> added;
  std::vector<ManifestEntry> removed;
  std::vector<ChangedEntry> changed;  // same path
  std::vector<ChangedEntry> renamed;  // same kind and content, other path; empty files are too alike for that

  bool same() const { return added.empty() && removed.empty() && changed.empty() && renamed.empty(); }
};

ManifestDiff compare_manifests(const Manifest& before, const Manifest& after);

// "content", "executable bit", "kind": what differs between two entries of one path.
std::string change_text(const ChangedEntry& change);

}  // namespace ibid::data
