#include "cli/manifest_check.h"

#include <algorithm>

#include "base/hex.h"
#include "base/json.h"
#include "base/number_text.h"
#include "base/text.h"
#include "cli/tree_hashing.h"
#include "data/manifest_diff.h"
#include "data/quoted_name.h"

namespace ibid::cli {
namespace {

using data::ChangedEntry;
using data::Manifest;
using data::ManifestDiff;
using data::ManifestEntry;

// To whoever checks a copy, a renamed file is one that is missing and another that nobody asked for.
ManifestDiff without_renamed(ManifestDiff diff) {
  for (ChangedEntry& change : diff.renamed) {
    diff.removed.push_back(std::move(change.before));
    diff.added.push_back(std::move(change.after));
  }
  diff.renamed.clear();
  const auto by_path = [](const ManifestEntry& a, const ManifestEntry& b) { return a.path < b.path; };
  std::ranges::sort(diff.removed, by_path);
  std::ranges::sort(diff.added, by_path);
  return diff;
}

Json as_json(const Manifest& expected, const Manifest& found, const ManifestDiff& diff) {
  Json missing = Json::array();
  Json altered = Json::array();
  Json extra = Json::array();
  for (const ManifestEntry& entry : diff.removed) missing.push_back(entry_json(entry));
  for (const ChangedEntry& change : diff.changed) {
    altered.push_back({{"expected", entry_json(change.before)},
                       {"found", entry_json(change.after)},
                       {"what", change_text(change)}});
  }
  for (const ManifestEntry& entry : diff.added) extra.push_back(entry_json(entry));
  return {{"intact", diff.same()},
          {"expected_root", hex_text(expected.root().digest)},
          {"found_root", hex_text(found.root().digest)},
          {"missing", std::move(missing)},
          {"altered", std::move(altered)},
          {"extra", std::move(extra)}};
}

void print_check(const ManifestDiff& diff, Console& console) {
  for (const ManifestEntry& entry : diff.removed)
    console.print(console.styled(Style::kBad, "missing") + "  " + data::quoted_name(entry.path) + "\n");
  for (const ChangedEntry& change : diff.changed) {
    console.print(console.styled(Style::kBad, "altered") + "  " + data::quoted_name(change.after.path) +
                  ": " + change_text(change) + "\n");
  }
  for (const ManifestEntry& entry : diff.added)
    console.print(console.styled(Style::kBad, "extra") + "    " + data::quoted_name(entry.path) + "\n");
}

}  // namespace

Result<int> check_against_manifest(const platform::Path& folder, const Invocation& invocation,
                                   Console& console) {
  IBID_ASSIGN(const Manifest expected, read_manifest(*invocation.text("manifest")));
  IBID_ASSIGN(const data::TreeHash found, hash_with_progress(folder, CacheUse::kNone, invocation, console));
  const ManifestDiff diff = without_renamed(compare_manifests(expected, found.manifest));
  if (invocation.flag("json")) {
    console.print(json_text(as_json(expected, found.manifest, diff)));
  } else if (diff.same()) {
    console.print(console.styled(Style::kGood, "intact") + "  " + data::quoted_name(folder.native()) + ", " +
                  format_bytes(expected.root().size_bytes) + ", root " + hex_text(expected.root().digest) +
                  "\n");
  } else {
    print_check(diff, console);
  }
  return diff.same() ? 0 : 1;
}

}  // namespace ibid::cli
