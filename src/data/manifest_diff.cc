#include "data/manifest_diff.h"

#include <map>
#include <set>
#include <tuple>

namespace ibid::data {
namespace {

using ByPath = std::map<std::string_view, const ManifestEntry*>;

ByPath by_path(const Manifest& manifest) {
  ByPath entries;
  for (const ManifestEntry& entry : manifest.entries) entries.emplace(entry.path, &entry);
  return entries;
}

// An entry that is on one side only and says something by itself.
bool counts_alone(const ManifestEntry& entry, const ManifestEntry* next) {
  if (entry.kind != EntryKind::kFolder) return true;
  return next == nullptr || !next->path.starts_with(entry.path + "/");
}

std::vector<ManifestEntry> only_in(const Manifest& manifest, const ByPath& other) {
  std::vector<ManifestEntry> entries;
  for (size_t i = 0; i < manifest.entries.size(); ++i) {
    const ManifestEntry& entry = manifest.entries[i];
    const ManifestEntry* next = i + 1 < manifest.entries.size() ? &manifest.entries[i + 1] : nullptr;
    if (!other.contains(entry.path) && counts_alone(entry, next)) entries.push_back(entry);
  }
  return entries;
}

using Content = std::tuple<EntryKind, int64_t, Sha256Digest>;

Content content_of(const ManifestEntry& entry) { return {entry.kind, entry.size_bytes, entry.digest}; }

// Takes from both lists what has the same content; among several of one content, first goes with first.
void pair_renamed(ManifestDiff& diff) {
  std::multimap<Content, const ManifestEntry*> removed;
  for (const ManifestEntry& entry : diff.removed) {
    if (entry.kind != EntryKind::kFolder && entry.size_bytes > 0) removed.emplace(content_of(entry), &entry);
  }
  std::vector<ManifestEntry> added;
  for (ManifestEntry& entry : diff.added) {
    const auto found = removed.lower_bound(content_of(entry));
    if (found == removed.end() || found->first != content_of(entry)) {
      added.push_back(std::move(entry));
      continue;
    }
    diff.renamed.push_back({*found->second, std::move(entry)});
    removed.erase(found);
  }
  diff.added = std::move(added);
  std::set<std::string_view> gone;
  for (const ChangedEntry& change : diff.renamed) gone.insert(change.before.path);
  std::erase_if(diff.removed, [&](const ManifestEntry& entry) { return gone.contains(entry.path); });
}

}  // namespace

ManifestDiff compare_manifests(const Manifest& before, const Manifest& after) {
  const ByPath before_by_path = by_path(before);
  const ByPath after_by_path = by_path(after);
  ManifestDiff diff;
  diff.added = only_in(after, before_by_path);
  diff.removed = only_in(before, after_by_path);
  for (const ManifestEntry& entry : before.entries) {
    const auto found = after_by_path.find(entry.path);
    if (found == after_by_path.end() || *found->second == entry) continue;
    const bool both_folders = entry.kind == EntryKind::kFolder && found->second->kind == EntryKind::kFolder;
    if (!both_folders) diff.changed.push_back({entry, *found->second});
  }
  pair_renamed(diff);
  return diff;
}

std::string change_text(const ChangedEntry& change) {
  const auto is_file = [](EntryKind kind) {
    return kind == EntryKind::kFile || kind == EntryKind::kExecutable;
  };
  if (change.before.kind != change.after.kind &&
      !(is_file(change.before.kind) && is_file(change.after.kind))) {
    return "was a " + std::string(kind_name(change.before.kind)) + ", is a " +
           std::string(kind_name(change.after.kind));
  }
  const bool content = change.before.digest != change.after.digest;
  if (change.before.kind == change.after.kind) return "content";
  return content ? "content and executable bit" : "executable bit";
}

}  // namespace ibid::data
