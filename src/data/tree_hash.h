#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/manifest.h"
#include "platform/file.h"

namespace ibid::data {

// Called on the calling thread now and then.
struct HashProgress {
  int64_t files_done = 0;
  int64_t n_files = 0;
  int64_t bytes_done = 0;
  int64_t n_bytes = 0;
};

struct HashOptions {
  int64_t n_threads = 1;
  // Where digests of unchanged files are kept; nothing: nowhere.
  std::optional<platform::Path> cache_file = {};
  // Reads every file, whatever the cache says, and compares.
  bool paranoid = false;
  // The time, since 1970-01-01 UTC: what changed just before is not trusted to the cache.
  int64_t now_ms = 0;
  std::function<void(const HashProgress&)> progress = {};
};

struct TreeHash {
  Manifest manifest;
  int64_t n_cached = 0;                         // files that were not read
  std::vector<std::string> links_outside = {};  // links that lead out of the tree
  // Of a paranoid run: files that the cache had another digest for, so that their content changed and nothing
  // else did.
  std::vector<std::string> silently_changed = {};
  std::string cache_problem = {};  // why the cache could not be written
};

// A file larger than this is cut into pieces of this size, each with a digest of its own; the file's digest
// is that of the pieces' digests, as lines of text.
inline constexpr int64_t kPieceBytes = int64_t{4} << 20;

// Digests of everything below a path and their root; docs/formats/manifest.md has the rules. A file that
// changes while it is read is an error.
Result<TreeHash> hash_tree(const platform::Path& path, const HashOptions& options);

}  // namespace ibid::data
