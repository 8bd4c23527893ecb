#include "data/tree_walk.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "data/quoted_name.h"
#include "platform/file_error.h"
#include "platform/signals.h"

namespace ibid::data {
namespace {

using platform::FileKind;
using platform::FileStatus;

// Read off the texts alone: a link in the middle of the target counts as a folder.
bool leads_outside(std::string_view link_path, const std::string& target) {
  if (target.starts_with('/')) return true;
  int64_t depth = std::ranges::count(link_path, '/');
  for (const std::string& part : split(target, '/')) {
    if (part.empty() || part == ".") continue;
    depth += part == ".." ? -1 : 1;
    if (depth < 0) return true;
  }
  return false;
}

class Walker {
 public:
  explicit Walker(WalkedTree& tree) : tree_(tree) {}

  Result<void> add(std::string path, const FileStatus& status) {
    const size_t index = tree_.entries.size();
    ManifestEntry entry{.path = std::move(path)};
    switch (status.kind) {
      case FileKind::kFile:
        entry.kind = status.executable ? EntryKind::kExecutable : EntryKind::kFile;
        entry.size_bytes = status.size_bytes;
        break;
      case FileKind::kFolder:
        entry.kind = EntryKind::kFolder;
        break;
      case FileKind::kLink:
        entry.kind = EntryKind::kLink;
        break;
      case FileKind::kSpecial:
        return special_error(entry.path);
    }
    tree_.entries.push_back(std::move(entry));
    tree_.statuses.push_back(status);
    if (status.kind == FileKind::kLink) return read_link(index);
    return status.kind == FileKind::kFolder ? add_content(index) : Result<void>();
  }

 private:
  Result<void> add_content(size_t folder) {
    IBID_TRY(platform::check_not_stopped());
    IBID_ASSIGN(const std::vector<platform::FolderEntry> content,
                platform::scan_folder(tree_.path_of(folder)));
    const std::string prefix = folder == 0 ? "" : tree_.entries[folder].path + "/";
    for (const platform::FolderEntry& entry : content) IBID_TRY(add(prefix + entry.name, entry.status));
    return {};
  }

  Result<void> read_link(size_t index) {
    IBID_ASSIGN(const std::string target, platform::link_target(tree_.path_of(index)));
    ManifestEntry& entry = tree_.entries[index];
    Sha256Stream stream;
    stream.update(target);
    entry.digest = stream.digest();
    entry.size_bytes = static_cast<int64_t>(target.size());
    if (leads_outside(entry.path, target)) tree_.links_outside.push_back(entry.path);
    return {};
  }

  Error special_error(const std::string& path) const {
    const platform::Path where = path == "." ? tree_.root : tree_.root / path;
    return Error(ErrorCode::kUnsupported,
                 quoted_name(where.native()) + " is no file, folder or link but a device, pipe or socket",
                 "only what has a content can be hashed: move it elsewhere, or hash the folders beside it");
  }

  WalkedTree& tree_;
};

}  // namespace

platform::Path WalkedTree::path_of(size_t entry) const {
  return entry == 0 ? root : root / entries[entry].path;
}

Result<WalkedTree> walk_tree(const platform::Path& path) {
  WalkedTree tree;
  tree.root = path;
  IBID_ASSIGN(FileStatus status, platform::status_of(path));
  if (status.kind == FileKind::kLink) {
    std::error_code problem;
    tree.root = std::filesystem::canonical(path, problem);
    if (problem) return platform::file_error("follow the link", path, problem.value());
    IBID_ASSIGN(status, platform::status_of(tree.root));
  }
  IBID_TRY(Walker(tree).add(".", status));
  return tree;
}

}  // namespace ibid::data
