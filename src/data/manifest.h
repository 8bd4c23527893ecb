#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/sha256.h"

namespace ibid::data {

enum class EntryKind { kFile, kExecutable, kLink, kFolder };

// "file", "exec", "link", "folder", as a manifest says it.
std::string_view kind_name(EntryKind kind);

struct ManifestEntry {
  EntryKind kind = EntryKind::kFile;
  int64_t size_bytes = 0;
  Sha256Digest digest{};
  std::string path;  // from the root on, with '/'; the root itself is "."

  bool operator==(const ManifestEntry&) const = default;
};

// What a file or a folder consists of: the root, then everything below it, each folder before its content and
// names in byte order (docs/formats/manifest.md). At least the root is there.
struct Manifest {
  std::vector<ManifestEntry> entries;

  const ManifestEntry& root() const { return entries.front(); }
  bool operator==(const Manifest&) const = default;
};

// Fills in size and digest of every folder from what is in it. An error if an entry stands where it cannot.
Result<void> close_folders(std::vector<ManifestEntry>& entries);

std::string manifest_text(const Manifest& manifest);

// Checks everything that can be checked without the files: one text is one manifest, and the digests of the
// folders are those of their entries. `name` says in errors where the text came from.
Result<Manifest> parse_manifest(std::string_view text, std::string_view name);

}  // namespace ibid::data
