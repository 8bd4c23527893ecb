#pragma once

#include <set>
#include <string>
#include <vector>

#include "source/capture.h"

namespace ibid::source {

// Files above this are not read for a digest alone.
inline constexpr int64_t kMaxHashedBytes = int64_t{1} << 30;

// A record while it is being made.
struct Collection {
  Collection(const CaptureRequest& what, data::ObjectStore& where)
      : request(what), store(where), bytes_left(what.max_total_bytes) {}

  const CaptureRequest& request;
  data::ObjectStore& store;
  int64_t bytes_left;
  std::set<platform::Path> seen;             // the roots of all trees so far
  std::vector<platform::Path> wanted_files;  // captured even if git ignores them

  std::vector<Repository> repositories;
  std::vector<Submodule> submodules;
  std::vector<Folder> folders;
  std::vector<Change> changes;
  std::vector<LeftOutFile> left_out;
  std::vector<Notebook> notebooks;
};

// What belongs to one tree on the way.
struct TreeWork {
  platform::Path root;
  std::string name;
  std::vector<TreeFile> files;         // in the tree
  std::vector<TreeFile> large;         // left out, but with a digest
  std::vector<std::string> large_why;  // one for each
};

bool is_skipped(const Collection& collection, const platform::Path& path);

void leave_out(Collection& collection, const TreeWork& tree, const std::string& path,
               const std::string& reason, std::optional<int64_t> size_bytes);

// Whether a content of this size may go into the store. If not, it is left out, to be hashed by
// finish_left_out().
bool take_size(Collection& collection, TreeWork& tree, const TreeFile& file);

// Digests of the large files that were left out.
Result<void> finish_left_out(Collection& collection, TreeWork& tree);

// Hashes the files that have no digest yet, leaves out those that could not be read, reads notebooks and
// stores the manifest.
struct StoredTree {
  data::Manifest manifest;
  std::string object;
};
Result<StoredTree> finish_tree(Collection& collection, TreeWork& tree, bool hash);

// A working tree and, after it, the repositories in it. False with the reason if git cannot read it.
Result<bool> capture_repository(Collection& collection, const platform::Path& root, const std::string& name,
                                const std::string& role, std::string& why_not);

// A folder without git, and the repositories in it.
Result<void> capture_folder(Collection& collection, const platform::Path& root, const std::string& name,
                            const std::string& why);

// The one or the other.
Result<void> capture_tree(Collection& collection, const platform::Path& root, const std::string& name,
                          const std::string& role);

}  // namespace ibid::source
