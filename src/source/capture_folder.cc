#include <algorithm>

#include "base/hex.h"
#include "base/number_text.h"
#include "platform/signals.h"
#include "source/collection.h"
#include "source/git_repository.h"
#include "source/left_out_rules.h"
#include "source/name_text.h"
#include "source/place_file.h"

namespace ibid::source {
namespace {

using data::EntryKind;
using platform::FileKind;
using report::Fact;
using Text = Fact<std::string>;
using Number = Fact<int64_t>;

class FolderWalk {
 public:
  FolderWalk(Collection& collection, TreeWork& tree) : collection_(collection), tree_(tree) {}

  // False: there are more files than a source tree has.
  Result<bool> walk(const std::string& path) {
    IBID_TRY(platform::check_not_stopped());
    const auto content = platform::scan_folder(path.empty() ? tree_.root : tree_.root / path);
    if (!content.ok()) {
      leave_out(collection_, tree_, path, reason_without_path(content.error()), {});
      return true;
    }
    if (!path.empty() && is_left_out(path, content.value())) return true;
    if (!path.empty()) tree_.files.push_back({.path = path, .status = {}, .kind = EntryKind::kFolder});
    for (const platform::FolderEntry& entry : content.value()) {
      IBID_ASSIGN(const bool goes_on, take(path.empty() ? entry.name : path + "/" + entry.name, entry));
      if (!goes_on) return false;
    }
    return true;
  }

  const std::vector<std::string>& inner() const { return inner_; }

 private:
  bool is_left_out(const std::string& path, const std::vector<platform::FolderEntry>& content) {
    for (const platform::FolderEntry& entry : content) {
      if (entry.name == ".git") {
        inner_.push_back(path);
        return true;
      }
      const std::string reason = reason_against_folder_with(entry.name);
      if (reason.empty()) continue;
      leave_out(collection_, tree_, path, reason, {});
      return true;
    }
    return false;
  }

  Result<bool> take(const std::string& path, const platform::FolderEntry& entry) {
    if (is_skipped(collection_, tree_.root / path)) return true;
    if (entry.status.kind == FileKind::kFolder) {
      const std::string reason = reason_against_folder(entry.name);
      if (reason.empty()) return walk(path);
      leave_out(collection_, tree_, path, reason, {});
      return true;
    }
    // What a working tree has in the place of .git.
    if (entry.name == ".git") return true;
    if (static_cast<int64_t>(tree_.files.size()) >= collection_.request.max_files) return false;
    if (entry.status.kind == FileKind::kSpecial) {
      leave_out(collection_, tree_, path, "a device, pipe or socket has no content to keep", {});
    } else if (is_by_product(entry.name)) {
      leave_out(collection_, tree_, path, "a tool makes it again", entry.status.size_bytes);
    } else if (may_hold_secret(path)) {
      leave_out(collection_, tree_, path, "its name says that it holds secrets", entry.status.size_bytes);
    } else {
      const auto kind = entry.status.kind == FileKind::kLink ? EntryKind::kLink
                        : entry.status.executable            ? EntryKind::kExecutable
                                                             : EntryKind::kFile;
      tree_.files.push_back({.path = path, .status = entry.status, .kind = kind});
    }
    return true;
  }

  Collection& collection_;
  TreeWork& tree_;
  std::vector<std::string> inner_;
};

// Puts every content into the store; what does not fit or cannot be read leaves the tree.
Result<void> store_contents(Collection& collection, TreeWork& tree) {
  std::vector<TreeFile> kept;
  for (TreeFile& file : tree.files) {
    IBID_TRY(platform::check_not_stopped());
    if (file.kind == EntryKind::kFolder) {
      kept.push_back(std::move(file));
      continue;
    }
    if (!take_size(collection, tree, file)) continue;
    const auto content = content_of(tree.root / file.path, collection.request.max_file_bytes);
    if (!content.ok() || shows_private_key(content.value())) {
      leave_out(collection, tree, file.path,
                content.ok() ? "a private key is written in it" : reason_without_path(content.error()),
                file.status.size_bytes);
      continue;
    }
    IBID_ASSIGN(const std::string digest, put_content(collection.store, content.value()));
    file.digest = *digest_from_hex(digest);
    file.status.size_bytes = static_cast<int64_t>(content.value().size());
    kept.push_back(std::move(file));
  }
  tree.files = std::move(kept);
  return {};
}

void describe_tree(const StoredTree& stored, Folder& out) {
  const auto n_files = std::ranges::count_if(stored.manifest.entries, [](const data::ManifestEntry& entry) {
    return entry.kind != EntryKind::kFolder;
  });
  out.n_files = Number::known(static_cast<int64_t>(n_files), "the folder");
  out.size_bytes = Number::known(stored.manifest.root().size_bytes, "the manifest");
  out.tree = Text::known(hex_text(stored.manifest.root().digest), "the manifest");
  out.manifest = Text::known(stored.object, "the store");
}

}  // namespace

Result<void> capture_folder(Collection& collection, const platform::Path& root, const std::string& name,
                            const std::string& why) {
  TreeWork tree{.root = root, .name = name, .files = {}, .large = {}, .large_why = {}};
  Folder out;
  out.name = Text::known(name_text(name), "the folder");
  out.root = Text::known(name_text(root.native()), "the folder");
  out.why = Text::known(why, "git");
  FolderWalk walk(collection, tree);
  IBID_ASSIGN(const bool complete, walk.walk(""));
  if (!complete) {
    const std::string reason = "it has more than " + number_text(collection.request.max_files) + " files";
    leave_out(collection, tree, "", reason + ", which is no source: name the folders in it that are", {});
    out.n_files = out.size_bytes = Number::unknown(reason);
    out.tree = out.manifest = Text::unknown(reason);
    collection.folders.push_back(std::move(out));
    return {};
  }
  IBID_TRY(store_contents(collection, tree));
  IBID_ASSIGN(const StoredTree stored, finish_tree(collection, tree, false));
  describe_tree(stored, out);
  collection.folders.push_back(std::move(out));
  for (const std::string& path : walk.inner())
    IBID_TRY(capture_tree(collection, root / path, name + "/" + path, "nested"));
  return {};
}

}  // namespace ibid::source
