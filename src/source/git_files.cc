// Three lists are laid over each other: what HEAD has, what the index has, and what git status shows. The
// rest of the files is as HEAD has them, except where a conversion of line ends stands between the two; that
// is for capture to notice.

#include <algorithm>

#include "environment/secrets.h"
#include "source/git_state.h"
#include "source/name_text.h"

namespace ibid::source {
namespace {

using report::Fact;

constexpr int64_t kMaxPointerBytes = 1024;
constexpr std::string_view kPointerStart = "version https://git-lfs.github.com/spec/";

struct Gathering {
  GitFiles* out;
  const std::function<bool(const std::string& path)>* skip;
  std::map<std::string, InnerRepository> inner;
};

int take_tree_entry(const char* folder, const git_tree_entry* entry, void* payload) {
  auto& gathering = *static_cast<Gathering*>(payload);
  const std::string path = std::string(folder) + git_tree_entry_name(entry);
  const auto mode = static_cast<uint32_t>(git_tree_entry_filemode(entry));
  const std::string id = id_text(*git_tree_entry_id(entry));
  if (mode == kSubmoduleMode) {
    gathering.inner[path] = {.path = path, .recorded_id = id, .url = {}, .is_submodule = true};
  } else if (git_tree_entry_type(entry) == GIT_OBJECT_BLOB) {
    GitFile& file = gathering.out->files[path];
    // Old repositories have files that their group may write, too.
    file.head_mode = mode == kLinkMode ? kLinkMode : (mode & 0111) != 0 ? kExecutableMode : kFileMode;
    file.head_id = id;
  }
  return 0;
}

Result<void> take_head(const platform::Path& root, git_repository* repository, Gathering& gathering) {
  const std::optional<git_oid> id = head_commit(repository);
  if (!id) return {};
  IBID_ASSIGN(const CommitHandle commit,
              git_take<CommitHandle>("read the commit of", root, [&](git_commit** out) {
                return git_commit_lookup(out, repository, &*id);
              }));
  IBID_ASSIGN(const TreeHandle tree, git_take<TreeHandle>("read the commit of", root, [&](git_tree** out) {
                return git_commit_tree(out, commit.get());
              }));
  if (git_tree_walk(tree.get(), GIT_TREEWALK_PRE, take_tree_entry, &gathering) != 0)
    return git_failure("read the commit of", root);
  return {};
}

Result<void> take_index(const platform::Path& root, git_repository* repository, Gathering& gathering) {
  IBID_ASSIGN(const IndexHandle index, git_take<IndexHandle>("read the index of", root, [&](git_index** out) {
                return git_repository_index(out, repository);
              }));
  for (size_t i = 0; i < git_index_entrycount(index.get()); ++i) {
    const git_index_entry* const entry = git_index_get_byindex(index.get(), i);
    if (entry->mode == kSubmoduleMode) {
      InnerRepository& inner = gathering.inner[entry->path];
      inner.path = entry->path;
      inner.is_submodule = true;
      continue;
    }
    GitFile& file = gathering.out->files[entry->path];
    file.in_index = true;
    if ((entry->flags & GIT_INDEX_ENTRY_VALID) != 0 ||
        (entry->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE) != 0)
      file.hidden = true;
  }
  return {};
}

constexpr unsigned kInWorkingTree = GIT_STATUS_WT_NEW | GIT_STATUS_WT_MODIFIED | GIT_STATUS_WT_DELETED |
                                    GIT_STATUS_WT_TYPECHANGE | GIT_STATUS_WT_RENAMED |
                                    GIT_STATUS_WT_UNREADABLE;

struct Counts {
  int64_t staged = 0, modified = 0, deleted = 0, untracked = 0, conflicted = 0;
};

void count(unsigned status, Counts& counts) {
  constexpr unsigned kStaged = GIT_STATUS_INDEX_NEW | GIT_STATUS_INDEX_MODIFIED | GIT_STATUS_INDEX_DELETED |
                               GIT_STATUS_INDEX_RENAMED | GIT_STATUS_INDEX_TYPECHANGE;
  if ((status & GIT_STATUS_CONFLICTED) != 0) {
    ++counts.conflicted;
    return;
  }
  counts.staged += (status & kStaged) != 0 ? 1 : 0;
  counts.modified += (status & (GIT_STATUS_WT_MODIFIED | GIT_STATUS_WT_TYPECHANGE)) != 0 ? 1 : 0;
  counts.deleted += (status & GIT_STATUS_WT_DELETED) != 0 ? 1 : 0;
  counts.untracked += (status & GIT_STATUS_WT_NEW) != 0 ? 1 : 0;
}

void take_status_entry(const git_status_entry& entry, Gathering& gathering, Counts& counts) {
  const git_diff_delta* const delta =
      entry.index_to_workdir != nullptr ? entry.index_to_workdir : entry.head_to_index;
  if (delta == nullptr) return;
  std::string path = delta->new_file.path != nullptr ? delta->new_file.path : delta->old_file.path;
  auto status = static_cast<unsigned>(entry.status);
  // The name of a folder with a repository in it that nobody added.
  if (path.ends_with('/')) {
    path.pop_back();
    gathering.inner[path].path = path;
    count(status, counts);
    return;
  }
  if (gathering.inner.contains(path)) return;
  if ((status & GIT_STATUS_WT_NEW) != 0 && (*gathering.skip)(path)) return;
  GitFile& file = gathering.out->files[path];
  // git itself does not look at these; libgit2 finds the files that a sparse working tree lacks deleted.
  if (file.hidden) status &= ~kInWorkingTree;
  if (status == 0) return;
  count(status, counts);
  file.changed = true;
  const bool back_again = (status & GIT_STATUS_WT_NEW) != 0;
  file.deleted =
      (status & GIT_STATUS_WT_DELETED) != 0 || ((status & GIT_STATUS_INDEX_DELETED) != 0 && !back_again);
  file.untracked = (status & GIT_STATUS_WT_NEW) != 0;
}

Result<Counts> take_status(const platform::Path& root, git_repository* repository, Gathering& gathering) {
  git_status_options options{};
  git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION);
  // Nothing is written back: the repository is somebody else's.
  options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_RECURSE_UNTRACKED_DIRS |
                  GIT_STATUS_OPT_NO_REFRESH | GIT_STATUS_OPT_EXCLUDE_SUBMODULES |
                  GIT_STATUS_OPT_DISABLE_PATHSPEC_MATCH;
  IBID_ASSIGN(const StatusHandle list,
              git_take<StatusHandle>("examine the files of", root, [&](git_status_list** out) {
                return git_status_list_new(out, repository, &options);
              }));
  Counts counts;
  for (size_t i = 0; i < git_status_list_entrycount(list.get()); ++i)
    take_status_entry(*git_status_byindex(list.get(), i), gathering, counts);
  return counts;
}

void take_urls(git_repository* repository, Gathering& gathering) {
  for (auto& [path, inner] : gathering.inner) {
    git_submodule* submodule = nullptr;
    if (!inner.is_submodule || git_submodule_lookup(&submodule, repository, path.c_str()) != 0) continue;
    const SubmoduleHandle owner(submodule);
    if (const char* url = git_submodule_url(submodule)) inner.url = environment::without_credentials(url);
  }
}

// Only of small files is the content looked at, and only where some .gitattributes names lfs.
std::vector<std::string> find_lfs_pointers(const GitRepository& repository, GitFiles& files) {
  std::vector<std::string> pointers;
  const bool used = std::ranges::any_of(files.files, [&repository](const auto& entry) {
    const auto& [path, file] = entry;
    if (path != ".gitattributes" && !path.ends_with("/.gitattributes")) return false;
    const auto content = repository.blob(file.head_id);
    return content.ok() && content.value().find("filter=lfs") != std::string::npos;
  });
  if (!used) return pointers;
  for (auto& [path, file] : files.files) {
    if (file.head_mode == kNoMode) continue;
    const auto size = repository.blob_size(file.head_id);
    if (!size.ok() || size.value() > kMaxPointerBytes) continue;
    const auto content = repository.blob(file.head_id);
    if (!content.ok() || !content.value().starts_with(kPointerStart)) continue;
    file.lfs_pointer = content.value();
    pointers.push_back(name_text(path));
  }
  return pointers;
}

}  // namespace

Result<GitFiles> GitRepository::files(const std::function<bool(const std::string& path)>& skip,
                                      Repository& out) const {
  GitFiles files;
  Gathering gathering{&files, &skip, {}};
  IBID_TRY(take_head(state_->root, state_->get(), gathering));
  IBID_TRY(take_index(state_->root, state_->get(), gathering));
  IBID_ASSIGN(const Counts counts, take_status(state_->root, state_->get(), gathering));
  take_urls(state_->get(), gathering);
  for (auto& [path, inner] : gathering.inner) files.inner.push_back(std::move(inner));
  const auto number = [](int64_t value) { return Fact<int64_t>::known(value, "git status"); };
  out.n_staged = number(counts.staged);
  out.n_modified = number(counts.modified);
  out.n_deleted = number(counts.deleted);
  out.n_untracked = number(counts.untracked);
  out.n_conflicted = number(counts.conflicted);
  std::vector<std::string> hidden;
  for (const auto& [path, file] : files.files) {
    if (file.hidden) hidden.push_back(name_text(path));
  }
  using Texts = Fact<std::vector<std::string>>;
  out.hidden_files = Texts::known(std::move(hidden), "the index");
  out.lfs_files = Texts::known(find_lfs_pointers(*this, files), "HEAD and .gitattributes");
  return files;
}

}  // namespace ibid::source
