#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "data/manifest.h"
#include "platform/folder_scan.h"

namespace ibid::data {

// Everything below a path, in a manifest's order. Links have their digest already; files and folders not.
struct WalkedTree {
  platform::Path root;  // without a link at its end
  std::vector<ManifestEntry> entries;
  std::vector<platform::FileStatus> statuses;  // one for each entry
  std::vector<std::string> links_outside;      // paths of links that lead out of the tree

  // Where the entry lies.
  platform::Path path_of(size_t entry) const;
};

// An error names what is neither file, folder nor symbolic link. The path itself may be a link to a tree;
// links in the tree are not followed.
Result<WalkedTree> walk_tree(const platform::Path& path);

}  // namespace ibid::data
