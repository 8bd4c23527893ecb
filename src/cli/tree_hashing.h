#pragma once

#include <vector>

#include "base/json.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "data/tree_hash.h"

namespace ibid::cli {

// --threads, --paranoid and --no-cache.
std::vector<OptionSpec> tree_hashing_options();
OptionSpec hashing_threads_option();

// Whether digests of unchanged files may come from the cache.
enum class CacheUse { kAsAsked, kNone };

// The digests of a path, with progress on a terminal.
Result<data::TreeHash> hash_with_progress(const platform::Path& path, CacheUse cache_use,
                                          const Invocation& invocation, Console& console);

// Of a file that is one, checked.
Result<data::Manifest> read_manifest(const platform::Path& path);

// "file", size and digest of an entry, for scripts.
Json entry_json(const data::ManifestEntry& entry);

}  // namespace ibid::cli
