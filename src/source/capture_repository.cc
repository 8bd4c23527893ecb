// What a repository takes to be had again: its commit, and a patch that turns the commit's files into those
// of the working tree, byte by byte. Bytes are compared as they lie in the object and on the disk: of
// conversions (line ends, $Id$, git-lfs) git status sees nothing, and a program that reads the file does.

#include <algorithm>

#include "base/hex.h"
#include "data/tree_hash.h"
#include "platform/signals.h"
#include "source/collection.h"
#include "source/git_repository.h"
#include "source/left_out_rules.h"
#include "source/name_text.h"
#include "source/patch_write.h"
#include "source/place_file.h"

namespace ibid::source {
namespace {

using data::EntryKind;
using platform::FileKind;
using report::Fact;
using Text = Fact<std::string>;
using Number = Fact<int64_t>;

constexpr const char* kWorkingTree = "the working tree";

std::string name_part(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

class WorkingTree {
 public:
  WorkingTree(Collection& collection, const GitRepository& repository, TreeWork& tree)
      : collection_(collection),
        repository_(repository),
        tree_(tree),
        trusts_modes_(repository.trusts_modes()) {}

  Result<void> take(const GitFiles& files) {
    mark_folders(files);
    for (const auto& [path, file] : files.files) {
      IBID_TRY(platform::check_not_stopped());
      IBID_TRY(take_file(path, file));
    }
    return {};
  }

  const std::string& patch() const { return patch_; }
  std::vector<Change>& changes() { return changes_; }
  // Files that libgit2 takes for modified, since it does not know git-lfs.
  int64_t n_lfs_changed() const { return n_lfs_changed_; }

 private:
  // Untracked files in a folder of a tool are that tool's.
  void mark_folders(const GitFiles& files) {
    for (const auto& [path, file] : files.files) {
      const size_t slash = path.rfind('/');
      if (!file.untracked || slash == std::string::npos) continue;
      const std::string reason = reason_against_folder_with(path.substr(slash + 1));
      if (!reason.empty()) marked_.emplace(path.substr(0, slash), reason);
    }
  }

  // The outermost folder around an untracked file that is left out as a whole.
  std::optional<std::pair<std::string, std::string>> tool_folder(const std::string& path) const {
    for (size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
      const std::string folder = path.substr(0, slash);
      std::string reason = reason_against_folder(name_part(folder));
      if (const auto found = marked_.find(folder); reason.empty() && found != marked_.end())
        reason = found->second;
      if (!reason.empty()) return std::pair(folder, reason);
    }
    return std::nullopt;
  }

  bool left_out_by_rule(const std::string& path, const GitFile& file, const platform::FileStatus& status) {
    if (file.untracked) {
      if (const auto folder = tool_folder(path)) {
        if (named_folders_.insert(folder->first).second)
          leave_out(collection_, tree_, folder->first, folder->second, {});
        return true;
      }
      if (is_by_product(name_part(path))) {
        leave_out(collection_, tree_, path, "a tool makes it again", status.size_bytes);
        return true;
      }
    }
    if (!may_hold_secret(path)) return false;
    leave_out(collection_, tree_, path, kSecret, status.size_bytes);
    return true;
  }

  uint32_t mode_of(const platform::FileStatus& status, const GitFile& file) const {
    if (status.kind == FileKind::kLink) return kLinkMode;
    if (!trusts_modes_) return file.head_mode == kExecutableMode ? kExecutableMode : kFileMode;
    return status.executable ? kExecutableMode : kFileMode;
  }

  Result<void> take_file(const std::string& path, const GitFile& file) {
    const auto status = platform::status_of(tree_.root / path);
    const bool listed = (file.in_index || file.untracked) && !file.deleted;
    const bool present = listed && status.ok() &&
                         (status.value().kind == FileKind::kFile || status.value().kind == FileKind::kLink);
    if (!present) {
      // A sparse working tree has only part of the files; the manifest tells which.
      return file.head_mode == kNoMode || file.hidden ? Result<void>() : take_deleted(path, file);
    }
    const uint32_t mode = mode_of(status.value(), file);
    TreeFile entry{.path = path, .status = status.value()};
    entry.kind = mode == kLinkMode         ? EntryKind::kLink
                 : mode == kExecutableMode ? EntryKind::kExecutable
                                           : EntryKind::kFile;
    if (is_as_committed(file, mode, entry)) {
      tree_.files.push_back(std::move(entry));
      return {};
    }
    return take_changed(file, mode, std::move(entry));
  }

  // Without looking into it: git knows it unchanged, and no conversion lies between.
  bool is_as_committed(const GitFile& file, uint32_t mode, const TreeFile& entry) const {
    if (file.changed || file.hidden || file.head_mode != mode) return false;
    const auto size = repository_.blob_size(file.head_id);
    return !size.ok() || size.value() == entry.status.size_bytes;
  }

  // Whether a file has the content that a pointer of git-lfs in HEAD names.
  bool is_lfs_content(const GitFile& file, const TreeFile& entry) const {
    constexpr std::string_view kDigest = "oid sha256:";
    const size_t at = file.lfs_pointer.find(kDigest);
    if (at == std::string::npos || entry.status.size_bytes > kMaxHashedBytes) return false;
    const auto digest = plain_sha256(tree_.root / entry.path);
    return digest.ok() && file.lfs_pointer.substr(at + kDigest.size(), 64) == digest.value();
  }

  // A file as HEAD has it; in a partial clone it may not be here.
  PatchSide committed(const GitFile& file) const {
    if (file.head_mode == kNoMode) return {};
    Result<std::string> content = repository_.blob(file.head_id);
    const bool is_missing = !content.ok();
    return {file.head_mode, is_missing ? "" : std::move(content).value(), file.head_id, is_missing};
  }

  Result<void> take_deleted(const std::string& path, const GitFile& file) {
    IBID_ASSIGN(const FilePatch patch, patch_of_file(path, committed(file), {}));
    add_change(path, "deleted", patch, nullptr);
    return {};
  }

  Result<void> take_changed(const GitFile& file, uint32_t mode, TreeFile entry) {
    const std::string path = entry.path;
    if (is_lfs_content(file, entry)) {
      n_lfs_changed_ += file.changed ? 1 : 0;
      leave_out(collection_, tree_, path, "git-lfs keeps it; the commit has its pointer",
                entry.status.size_bytes);
      return {};
    }
    if (left_out_by_rule(path, file, entry.status)) return {};
    if (!take_size(collection_, tree_, entry)) return {};
    const Result<std::string> content = content_of(tree_.root / path, collection_.request.max_file_bytes);
    if (!content.ok()) {
      leave_out(collection_, tree_, path, reason_without_path(content.error()), entry.status.size_bytes);
      return {};
    }
    if (shows_private_key(content.value())) {
      leave_out(collection_, tree_, path, "a private key is written in it", entry.status.size_bytes);
      return {};
    }
    const PatchSide before = committed(file);
    const PatchSide after{mode, content.value(), blob_id(content.value())};
    if (before.mode != after.mode || before.id != after.id) {
      IBID_ASSIGN(const FilePatch patch, patch_of_file(path, before, after));
      add_change(path, kind_of(file, before, after), patch, &entry);
    }
    tree_.files.push_back(std::move(entry));
    return {};
  }

  static std::string kind_of(const GitFile& file, const PatchSide& before, const PatchSide& after) {
    if (before.mode == kNoMode) return file.untracked ? "untracked" : "added";
    if ((before.mode == kLinkMode) != (after.mode == kLinkMode)) return "type";
    if (before.id == after.id) return "mode";
    return file.changed || file.hidden ? "modified" : "converted";
  }

  void add_change(const std::string& path, const std::string& kind, const FilePatch& patch,
                  const TreeFile* entry) {
    patch_ += patch.text;
    Change change;
    change.name = Text::known(name_text(tree_.name + "/" + path), kWorkingTree);
    change.kind = Text::known(kind, "HEAD against the working tree");
    change.size_bytes = entry != nullptr ? Number::known(entry->status.size_bytes, kWorkingTree)
                                         : Number::unknown("the file is deleted");
    change.digest = Text::unknown("the file is deleted");
    const auto lines = [](const std::optional<int64_t>& count) {
      return count ? Number::known(*count, "the patch") : Number::unknown("the file is no text");
    };
    change.lines_added = lines(patch.lines_added);
    change.lines_removed = lines(patch.lines_removed);
    changes_.push_back(std::move(change));
  }

  static constexpr const char* kSecret = "its name says that it holds secrets";

  Collection& collection_;
  const GitRepository& repository_;
  TreeWork& tree_;
  bool trusts_modes_;
  std::string patch_;
  std::vector<Change> changes_;
  int64_t n_lfs_changed_ = 0;
  std::map<std::string, std::string> marked_;
  std::set<std::string> named_folders_;
};

void take_digests(const TreeWork& tree, std::vector<Change>& changes) {
  std::map<std::string, const TreeFile*> by_name;
  for (const TreeFile& file : tree.files) by_name.emplace(name_text(tree.name + "/" + file.path), &file);
  for (Change& change : changes) {
    const auto found = by_name.find(change.name.value());
    if (found == by_name.end()) continue;
    change.digest = found->second->problem.empty()
                        ? Text::known(hex_text(found->second->digest), "the working tree, as in a manifest")
                        : Text::unknown(found->second->problem);
  }
}

void no_working_tree(Repository& out) {
  const std::string why = "the repository has no working tree";
  out.dirty = Fact<bool>::unknown(why);
  for (Number* fact : {&out.n_staged, &out.n_modified, &out.n_deleted, &out.n_untracked, &out.n_conflicted,
                       &out.n_files, &out.patch_bytes})
    *fact = Number::unknown(why);
  out.hidden_files = out.lfs_files = Fact<std::vector<std::string>>::unknown(why);
  out.tree = out.manifest = out.patch = Text::unknown(why);
}

Result<void> store_working_tree(Collection& collection, TreeWork& tree, WorkingTree& work, Repository& out) {
  IBID_ASSIGN(const StoredTree stored, finish_tree(collection, tree, true));
  take_digests(tree, work.changes());
  const auto n_files = std::ranges::count_if(stored.manifest.entries, [](const data::ManifestEntry& entry) {
    return entry.kind != EntryKind::kFolder;
  });
  out.n_files = Number::known(static_cast<int64_t>(n_files), kWorkingTree);
  out.tree = Text::known(hex_text(stored.manifest.root().digest), "the manifest");
  out.manifest = Text::known(stored.object, "the store");
  const std::string no_patch = "nothing differs from the commit";
  out.patch = Text::unknown(no_patch);
  out.patch_bytes = Number::unknown(no_patch);
  if (work.patch().empty()) return {};
  IBID_ASSIGN(const std::string patch, collection.store.put(work.patch()));
  out.patch = Text::known(patch, "the store");
  out.patch_bytes = Number::known(static_cast<int64_t>(work.patch().size()), "the store");
  return {};
}

// What the repositories inside are, and whether they are where the outer commit wants them.
Result<bool> capture_inner(Collection& collection, const TreeWork& tree, const InnerRepository& inner) {
  const platform::Path place = tree.root / inner.path;
  const std::string name = tree.name + "/" + inner.path;
  const auto root = find_repository(place);
  const bool checked_out = root && *root == place;
  const size_t n_before = collection.repositories.size();
  if (checked_out) {
    IBID_TRY(capture_tree(collection, place, name, inner.is_submodule ? "submodule" : "nested"));
  } else if (!inner.is_submodule) {
    leave_out(collection, tree, inner.path, "a repository that git cannot open", {});
  }
  if (!inner.is_submodule) return false;
  Submodule out;
  out.name = Text::known(name_text(name), "the index");
  out.url = inner.url ? Text::known(*inner.url, ".gitmodules, without credentials")
                      : Text::unknown(".gitmodules does not name it");
  out.recorded_commit = inner.recorded_id.empty() ? Text::unknown("it is not in the commit around it")
                                                  : Text::known(inner.recorded_id, "HEAD around it");
  const bool captured = checked_out && collection.repositories.size() > n_before;
  const std::string absent = checked_out ? "its repository cannot be read" : "it is not checked out";
  out.checked_out_commit = captured ? collection.repositories[n_before].commit : Text::unknown(absent);
  out.dirty = captured ? collection.repositories[n_before].dirty : Fact<bool>::unknown(absent);
  const bool moved =
      captured && out.checked_out_commit.is_known() && out.checked_out_commit.value() != inner.recorded_id;
  const bool differs = moved || (out.dirty.is_known() && out.dirty.value());
  collection.submodules.push_back(std::move(out));
  return differs;
}

Repository described(const GitRepository& repository, const TreeWork& tree, const std::string& role) {
  Repository out;
  out.name = Text::known(name_text(tree.name), "the folder");
  out.root = Text::known(name_text(tree.root.native()), "the folder that holds .git");
  out.role = Text::known(role, "the repository around it");
  repository.describe(out);
  return out;
}

// A program that is run is part of the source, whatever .gitignore says of it. True if there is such a one.
bool add_wanted(const Collection& collection, const GitRepository& repository, const platform::Path& root,
                GitFiles& files) {
  bool added = false;
  for (const platform::Path& file : collection.wanted_files) {
    const std::string path = file.lexically_relative(root).native();
    if (path.starts_with("..") || !repository.ignores(path)) continue;
    GitFile& entry = files.files[path];
    if (entry.in_index) continue;
    entry.untracked = entry.changed = true;
    added = true;
  }
  return added;
}

}  // namespace

Result<bool> capture_repository(Collection& collection, const platform::Path& root, const std::string& name,
                                const std::string& role, std::string& why_not) {
  const auto found = find_repository(root);
  if (!found || *found != root) {
    why_not = found ? "the repository around it does not hold it" : "there is no repository here or above";
    return false;
  }
  const Result<GitRepository> repository = GitRepository::open(root);
  if (!repository.ok()) {
    why_not = repository.error().message();
    return false;
  }
  TreeWork tree{.root = root, .name = name, .files = {}, .large = {}, .large_why = {}};
  Repository out = described(repository.value(), tree, role);
  if (!repository.value().has_working_tree()) {
    no_working_tree(out);
    collection.repositories.push_back(std::move(out));
    return true;
  }
  Result<GitFiles> files = repository.value().files(
      [&](const std::string& path) { return is_skipped(collection, root / path); }, out);
  if (!files.ok()) {
    why_not = files.error().message();
    return false;
  }
  bool dirty = add_wanted(collection, repository.value(), root, files.value());
  WorkingTree work(collection, repository.value(), tree);
  IBID_TRY(work.take(files.value()));
  out.n_modified =
      Number::known(std::max<int64_t>(0, out.n_modified.value() - work.n_lfs_changed()), "git status");
  IBID_TRY(store_working_tree(collection, tree, work, out));
  const size_t own = collection.repositories.size();
  collection.repositories.push_back(std::move(out));
  std::ranges::move(work.changes(), std::back_inserter(collection.changes));
  for (const Fact<int64_t> Repository::* count :
       {&Repository::n_staged, &Repository::n_modified, &Repository::n_deleted, &Repository::n_untracked,
        &Repository::n_conflicted})
    dirty = dirty || (collection.repositories[own].*count).value() > 0;
  for (const InnerRepository& inner : files.value().inner) {
    IBID_ASSIGN(const bool differs, capture_inner(collection, tree, inner));
    dirty = dirty || differs;
  }
  collection.repositories[own].dirty = Fact<bool>::known(dirty, "index and working tree against HEAD");
  return true;
}

}  // namespace ibid::source
