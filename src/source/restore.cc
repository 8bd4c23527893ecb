#include "source/restore.h"

#include <algorithm>
#include <map>

#include "base/hex.h"
#include "base/text.h"
#include "data/manifest_diff.h"
#include "data/tree_hash.h"
#include "platform/signals.h"
#include "source/git_checkout.h"
#include "source/git_repository.h"
#include "source/name_text.h"
#include "source/patch_apply.h"
#include "source/place_file.h"

namespace ibid::source {
namespace {

using data::EntryKind;
using platform::FileKind;
using platform::Path;
using State = RestoredTree::State;

// Errors after which the next tree would fare no better.
bool ends_everything(const Error& error) {
  return error.code() == ErrorCode::kInterrupted || error.code() == ErrorCode::kDiskFull;
}

class TreeRestorer {
 public:
  TreeRestorer(const RecordedSource& source, const data::ObjectStore& store, const RestoreRequest& request,
               const RecordedTree& tree)
      : source_(source), store_(store), request_(request), tree_(tree), folder_(request.folder / tree.name) {}

  Result<RestoredTree> run() {
    RestoredTree out{.name = tree_.name, .folder = folder_, .detail = {}};
    if (!tree_.manifest || !tree_.tree) {
      out.detail = tree_.why_unknown;
      return out;
    }
    const Result<void> done = rebuild();
    if (!done.ok()) {
      if (ends_everything(done.error())) return done.error();
      out.detail = done.error().to_string();
      if (!done.error().hint().empty()) out.detail += " (" + done.error().hint() + ")";
      if (commit_is_missing_) out.commands = commands();
      return out;
    }
    IBID_TRY(compare(out));
    return out;
  }

 private:
  Result<void> rebuild() {
    // A tree around this one may have brought a link in the place of a folder.
    IBID_TRY(check_place(request_.folder, tree_.name + "/x"));
    IBID_ASSIGN(const std::string text, manifest_text_of());
    IBID_ASSIGN(manifest_, data::parse_manifest(text, *tree_.manifest));
    if (!tree_.is_repository) return write_files();
    IBID_TRY(tree_.has_commit ? check_out() : make_repository(folder_));
    for (const auto& [name, address] : tree_.remotes) add_remote(folder_, name, address);
    IBID_TRY(apply());
    return remove_absent();
  }

  // Manifests are stored like files: a long one in pieces. Which it is shows in how it begins.
  Result<std::string> manifest_text_of() const {
    IBID_ASSIGN(std::string object, store_.get(*tree_.manifest));
    if (object.starts_with("ibid-manifest")) return object;
    return get_content(store_, *tree_.manifest, data::kPieceBytes + 1);
  }

  Result<void> write_files() {
    IBID_TRY(platform::make_folders(folder_));
    for (const data::ManifestEntry& entry : manifest_.entries) {
      IBID_TRY(platform::check_not_stopped());
      if (entry.path == ".") continue;
      if (entry.kind == EntryKind::kFolder) {
        IBID_TRY(platform::make_folders(folder_ / entry.path));
        continue;
      }
      IBID_ASSIGN(const std::string content, get_content(store_, hex_text(entry.digest), entry.size_bytes));
      const uint32_t mode = entry.kind == EntryKind::kLink         ? kLinkMode
                            : entry.kind == EntryKind::kExecutable ? kExecutableMode
                                                                   : kFileMode;
      IBID_TRY(place_file(folder_, entry.path, mode, content));
    }
    return {};
  }

  Result<void> check_out() {
    Error reason(ErrorCode::kNotFound, "the record does not say where the repository was");
    if (tree_.root) {
      const Result<void> copied = copy_commit(*tree_.root, *tree_.commit, folder_);
      if (copied.ok() || ends_everything(copied.error())) return copied;
      reason = copied.error();
    }
    for (const auto& [name, address] : tree_.remotes) {
      if (!request_.may_clone) break;
      IBID_TRY(platform::remove_tree(folder_));
      const Result<void> cloned = clone_commit(address, *tree_.commit, folder_);
      if (cloned.ok() || ends_everything(cloned.error())) return cloned;
      reason = cloned.error();
    }
    commit_is_missing_ = true;
    return Error(ErrorCode::kNotFound, "the commit " + *tree_.commit + " cannot be had: " + reason.message(),
                 tree_.remotes.empty() ? "no remote was recorded: find a copy of the repository"
                 : request_.may_clone  ? "find a copy of the repository, and run"
                                       : "allow --clone, or run");
  }

  Result<void> apply() {
    if (!tree_.patch) return {};
    IBID_ASSIGN(const std::string text, store_.get(*tree_.patch));
    IBID_ASSIGN(const std::vector<PatchPart> parts, parse_patch(text, "the patch " + *tree_.patch));
    return apply_patch(parts, folder_);
  }

  // What a sparse working tree did not have.
  Result<void> remove_absent() {
    IBID_ASSIGN(const std::vector<TreeFile> files, list());
    std::set<std::string> wanted;
    for (const data::ManifestEntry& entry : manifest_.entries) wanted.insert(entry.path);
    for (const TreeFile& file : files) {
      if (!wanted.contains(file.path)) IBID_TRY(remove_file(folder_, file.path));
    }
    return {};
  }

  bool is_left_out(const std::string& path) const {
    const std::string name = tree_.name + "/" + path;
    const auto is_inner = [&name](const RecordedTree& tree) { return tree.name == name; };
    return source_.left_out.contains(name) || std::ranges::any_of(source_.trees, is_inner);
  }

  // Everything that belongs to the tree and lies there now.
  Result<std::vector<TreeFile>> list() const {
    std::vector<TreeFile> files;
    IBID_TRY(list_folder("", files));
    return files;
  }

  Result<void> list_folder(const std::string& path, std::vector<TreeFile>& files) const {
    IBID_ASSIGN(const std::vector<platform::FolderEntry> content, platform::scan_folder(folder_ / path));
    for (const platform::FolderEntry& entry : content) {
      IBID_TRY(platform::check_not_stopped());
      const std::string place = path.empty() ? entry.name : path + "/" + entry.name;
      if (place == ".git" || is_left_out(place)) continue;
      if (entry.status.kind == FileKind::kFolder) {
        if (!tree_.is_repository) files.push_back({.path = place, .status = {}, .kind = EntryKind::kFolder});
        IBID_TRY(list_folder(place, files));
        continue;
      }
      const auto kind = entry.status.kind == FileKind::kLink ? EntryKind::kLink
                        : entry.status.executable            ? EntryKind::kExecutable
                                                             : EntryKind::kFile;
      files.push_back({.path = place, .status = entry.status, .kind = kind});
    }
    return {};
  }

  Result<void> compare(RestoredTree& out) {
    IBID_ASSIGN(std::vector<TreeFile> files, list());
    IBID_TRY(hash_files(folder_, files, request_.hashing));
    IBID_ASSIGN(const data::Manifest found, manifest_of(files));
    out.state = hex_text(found.root().digest) == *tree_.tree ? State::kSame : State::kDiffers;
    if (out.state == State::kSame) return {};
    const data::ManifestDiff diff = data::compare_manifests(manifest_, found);
    out.detail = "it has not the recorded digest";
    for (const data::ManifestEntry& entry : diff.removed) out.detail += "; missing " + name_text(entry.path);
    for (const data::ManifestEntry& entry : diff.added) out.detail += "; further " + name_text(entry.path);
    for (const data::ChangedEntry& change : diff.changed)
      out.detail += "; other " + name_text(change.after.path);
    return {};
  }

  std::vector<std::string> commands() const {
    if (tree_.remotes.empty()) return {};
    const std::string place = shell_word(std::filesystem::absolute(folder_).string());
    const std::string from = shell_word(tree_.remotes.front().second);
    std::vector<std::string> lines = {"git clone -c core.autocrlf=false " + from + " " + place,
                                      "git -C " + place + " checkout " + *tree_.commit};
    if (tree_.patch)
      lines.push_back("git -C " + place + " apply --whitespace=nowarn " +
                      shell_word(std::filesystem::absolute(store_.path_of(*tree_.patch)).string()));
    return lines;
  }

  const RecordedSource& source_;
  const data::ObjectStore& store_;
  const RestoreRequest& request_;
  const RecordedTree& tree_;
  Path folder_;
  data::Manifest manifest_;
  bool commit_is_missing_ = false;
};

Result<void> check_empty(const Path& folder) {
  if (!platform::path_exists(folder)) return {};
  IBID_ASSIGN(const std::vector<Path> content, platform::list_sorted(folder));
  if (content.empty()) return {};
  return Error(ErrorCode::kUsage, "the folder '" + folder.string() + "' is not empty",
               "name one that is not there yet");
}

}  // namespace

Result<std::vector<RestoredTree>> restore(const RecordedSource& source, const data::ObjectStore& store,
                                          const RestoreRequest& request) {
  IBID_TRY(check_empty(request.folder));
  IBID_TRY(platform::make_folders(request.folder));
  std::vector<RestoredTree> out;
  for (const RecordedTree& tree : source.trees) {
    IBID_ASSIGN(RestoredTree restored, TreeRestorer(source, store, request, tree).run());
    out.push_back(std::move(restored));
  }
  return out;
}

}  // namespace ibid::source
