#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/sha256.h"
#include "data/manifest.h"
#include "data/object_store.h"
#include "platform/folder_scan.h"

namespace ibid::source {

// A file, link or folder of a captured tree.
struct TreeFile {
  std::string path;  // from the root on
  platform::FileStatus status;
  data::EntryKind kind = data::EntryKind::kFile;
  Sha256Digest digest{};
  std::string problem = {};  // why there is no digest
};

struct HashSettings {
  int64_t n_threads = 1;
  std::optional<platform::Path> cache_file = {};  // of 'ibid data hash'
  int64_t now_ms = 0;                             // since 1970-01-01 UTC
};

// Fills in the digests of files and links, by the rules of manifests. What cannot be read or changes
// meanwhile gets a problem instead; an error is only an interruption.
Result<void> hash_files(const platform::Path& root, std::vector<TreeFile>& files,
                        const HashSettings& settings);

// The manifest of the files that have a digest, with the folders they are in.
Result<data::Manifest> manifest_of(const std::vector<TreeFile>& files);

// Puts a content into the store so that the digest a manifest has for it finds it again: as one object, or
// above 4 MiB piece by piece with an object that lists the pieces. Returns that digest.
Result<std::string> put_content(data::ObjectStore& store, std::string_view content);
// The way back.
Result<std::string> get_content(const data::ObjectStore& store, const std::string& digest,
                                int64_t size_bytes);

std::optional<Sha256Digest> digest_from_hex(std::string_view text);

// SHA-256 of a file's content as sha256sum prints it, whatever its size.
Result<std::string> plain_sha256(const platform::Path& path);

}  // namespace ibid::source
