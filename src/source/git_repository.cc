#include "source/git_repository.h"

#include <filesystem>

#include "environment/secrets.h"
#include "source/git_state.h"

namespace ibid::source {
namespace {

using report::Fact;
using Text = Fact<std::string>;

struct Buffer {
  git_buf content = GIT_BUF_INIT;
  Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { git_buf_dispose(&content); }
  std::string text() const { return {content.ptr, content.size}; }
};

constexpr const char* kNoCommit = "there is no commit yet";

std::string_view state_text(int state) {
  switch (state) {
    case GIT_REPOSITORY_STATE_NONE:
      return "none";
    case GIT_REPOSITORY_STATE_MERGE:
      return "merge";
    case GIT_REPOSITORY_STATE_REVERT:
    case GIT_REPOSITORY_STATE_REVERT_SEQUENCE:
      return "revert";
    case GIT_REPOSITORY_STATE_CHERRYPICK:
    case GIT_REPOSITORY_STATE_CHERRYPICK_SEQUENCE:
      return "cherry-pick";
    case GIT_REPOSITORY_STATE_BISECT:
      return "bisect";
    case GIT_REPOSITORY_STATE_REBASE:
    case GIT_REPOSITORY_STATE_REBASE_INTERACTIVE:
    case GIT_REPOSITORY_STATE_REBASE_MERGE:
      return "rebase";
    case GIT_REPOSITORY_STATE_APPLY_MAILBOX:
    case GIT_REPOSITORY_STATE_APPLY_MAILBOX_OR_REBASE:
      return "am";
    default:
      return "another";
  }
}

Text nearest_tag(git_repository* repository, const git_oid& commit) {
  git_object* object = nullptr;
  if (git_object_lookup(&object, repository, &commit, GIT_OBJECT_COMMIT) != 0)
    return Text::unknown("the commit's object is missing");
  const GitHandle<git_object, git_object_free> owner(object);
  git_describe_options options{};
  git_describe_options_init(&options, GIT_DESCRIBE_OPTIONS_VERSION);
  options.describe_strategy = GIT_DESCRIBE_TAGS;
  options.show_commit_oid_as_fallback = 1;
  git_describe_result* result = nullptr;
  if (git_describe_commit(&result, object, &options) != 0)
    return Text::unknown("the history cannot be followed to a tag");
  const GitHandle<git_describe_result, git_describe_result_free> result_owner(result);
  Buffer text;
  if (git_describe_format(&text.content, result, nullptr) != 0) return Text::unknown("the tag has no name");
  return Text::known(text.text(), "tags");
}

Fact<std::vector<std::string>> remotes_of(git_repository* repository) {
  using Texts = Fact<std::vector<std::string>>;
  git_strarray names{};
  if (git_remote_list(&names, repository) != 0) return Texts::unknown("the configuration cannot be read");
  std::vector<std::string> remotes;
  for (size_t i = 0; i < names.count; ++i) {
    git_remote* remote = nullptr;
    if (git_remote_lookup(&remote, repository, names.strings[i]) != 0) continue;
    const RemoteHandle owner(remote);
    const char* url = git_remote_url(remote);
    if (url != nullptr)
      remotes.push_back(std::string(names.strings[i]) + " " + environment::without_credentials(url));
  }
  git_strarray_dispose(&names);
  return Texts::known(std::move(remotes), "the configuration, without credentials");
}

// The tips of the remote-tracking branches.
std::vector<git_oid> remote_tips(git_repository* repository) {
  std::vector<git_oid> tips;
  git_reference_iterator* iterator = nullptr;
  if (git_reference_iterator_glob_new(&iterator, repository, "refs/remotes/*") != 0) return tips;
  const GitHandle<git_reference_iterator, git_reference_iterator_free> owner(iterator);
  const char* name = nullptr;
  while (git_reference_next_name(&name, iterator) == 0) {
    git_oid id;
    if (git_reference_name_to_id(&id, repository, name) == 0) tips.push_back(id);
  }
  return tips;
}

Fact<bool> fetchable(git_repository* repository, const git_oid& commit) {
  const std::vector<git_oid> tips = remote_tips(repository);
  const char* source = "refs/remotes, as of the last fetch";
  if (tips.empty()) return Fact<bool>::known(false, source);
  for (const git_oid& tip : tips) {
    if (git_oid_equal(&tip, &commit)) return Fact<bool>::known(true, source);
  }
  const int reachable = git_graph_reachable_from_any(repository, &commit, tips.data(), tips.size());
  if (reachable < 0) return Fact<bool>::unknown("part of the history is missing");
  return Fact<bool>::known(reachable == 1, source);
}

void describe_branch(git_repository* repository, Repository& out) {
  const std::string no_branch = "HEAD is detached";
  git_reference* head = nullptr;
  if (git_reference_lookup(&head, repository, "HEAD") != 0) {
    out.branch = Text::unknown("there is no HEAD");
    return;
  }
  const ReferenceHandle owner(head);
  const char* target = git_reference_symbolic_target(head);
  if (target == nullptr) {
    out.branch = Text::unknown(no_branch);
    return;
  }
  std::string_view branch(target);
  if (branch.starts_with("refs/heads/")) branch.remove_prefix(11);
  out.branch = Text::known(std::string(branch), "HEAD");
}

void describe_upstream(git_repository* repository, const std::optional<git_oid>& commit, Repository& out) {
  const std::string none = out.branch.is_known() ? "the branch follows none" : out.branch.reason();
  out.upstream = out.upstream_commit = Text::unknown(none);
  out.ahead = out.behind = Fact<int64_t>::unknown(none);
  git_reference* head = nullptr;
  if (!commit || !out.branch.is_known() || git_repository_head(&head, repository) != 0) return;
  const ReferenceHandle owner(head);
  git_reference* upstream = nullptr;
  if (git_branch_upstream(&upstream, head) != 0) return;
  const ReferenceHandle upstream_owner(upstream);
  const std::string name = git_reference_name(upstream);
  out.upstream = Text::known(git_reference_shorthand(upstream), "the branch's configuration");
  git_oid tip;
  if (git_reference_name_to_id(&tip, repository, name.c_str()) != 0) return;
  out.upstream_commit = Text::known(id_text(tip), name);
  size_t ahead = 0, behind = 0;
  if (git_graph_ahead_behind(&ahead, &behind, repository, &*commit, &tip) != 0) {
    out.ahead = out.behind = Fact<int64_t>::unknown("part of the history is missing");
    return;
  }
  out.ahead = Fact<int64_t>::known(static_cast<int64_t>(ahead), "the history");
  out.behind = Fact<int64_t>::known(static_cast<int64_t>(behind), "the history");
}

void describe_commit(git_repository* repository, const std::optional<git_oid>& commit, Repository& out) {
  if (!commit) {
    out.commit = out.describe = Text::unknown(kNoCommit);
    out.fetchable = Fact<bool>::unknown(kNoCommit);
    return;
  }
  out.commit = Text::known(id_text(*commit), "HEAD");
  out.describe = nearest_tag(repository, *commit);
  out.fetchable = fetchable(repository, *commit);
}

}  // namespace

std::optional<git_oid> head_commit(git_repository* repository) {
  git_oid id;
  if (git_reference_name_to_id(&id, repository, "HEAD") != 0) return std::nullopt;
  return id;
}

bool switched_on(git_repository* repository, const char* name, bool otherwise) {
  int value = otherwise ? 1 : 0;
  git_config* config = nullptr;
  if (git_repository_config_snapshot(&config, repository) == 0) {
    const ConfigHandle owner(config);
    git_config_get_bool(&value, config, name);
  }
  const std::string own = std::string(git_repository_path(repository)) + "config.worktree";
  if (platform::path_exists(own) && git_config_open_ondisk(&config, own.c_str()) == 0) {
    const ConfigHandle owner(config);
    git_config_get_bool(&value, config, name);
  }
  return value != 0;
}

std::optional<platform::Path> find_repository(const platform::Path& folder) {
  start_git();
  git_repository* repository = nullptr;
  if (git_repository_open_ext(&repository, folder.c_str(), 0, nullptr) != 0) {
    // One whose format this libgit2 does not know is one all the same.
    Buffer place;
    if (git_repository_discover(&place.content, folder.c_str(), 0, nullptr) != 0) return std::nullopt;
    const platform::Path inside = place.text();
    const platform::Path git_folder = inside.has_filename() ? inside : inside.parent_path();
    return git_folder.filename() == ".git" ? git_folder.parent_path() : git_folder;
  }
  const RepositoryHandle owner(repository);
  const char* working_tree = git_repository_workdir(repository);
  std::error_code problem;
  platform::Path root = std::filesystem::canonical(
      working_tree != nullptr ? working_tree : git_repository_path(repository), problem);
  if (problem) return std::nullopt;
  return root.has_filename() ? root : root.parent_path();
}

GitRepository::GitRepository(std::unique_ptr<State> state) : state_(std::move(state)) {}
GitRepository::GitRepository(GitRepository&&) noexcept = default;
GitRepository::~GitRepository() = default;

Result<GitRepository> GitRepository::open(const platform::Path& root) {
  start_git();
  auto state = std::make_unique<State>();
  state->root = root;
  IBID_ASSIGN(state->handle, git_take<RepositoryHandle>("open", root, [&root](git_repository** out) {
                return git_repository_open_ext(out, root.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
              }));
  git_repository* const repository = state->get();
  IBID_ASSIGN(state->objects, git_take<OdbHandle>("read the objects of", root, [repository](git_odb** out) {
                return git_repository_odb(out, repository);
              }));
  return GitRepository(std::move(state));
}

bool GitRepository::has_working_tree() const { return git_repository_workdir(state_->get()) != nullptr; }

bool GitRepository::trusts_modes() const { return switched_on(state_->get(), "core.filemode", true); }

void GitRepository::describe(Repository& out) const {
  git_repository* const repository = state_->get();
  const std::optional<git_oid> commit = head_commit(repository);
  describe_commit(repository, commit, out);
  describe_branch(repository, out);
  describe_upstream(repository, commit, out);
  out.remotes = remotes_of(repository);
  const std::string state(state_text(git_repository_state(repository)));
  out.state = Text::known(state, "MERGE_HEAD, rebase-merge and the like");
  out.bare = Fact<bool>::known(git_repository_is_bare(repository) == 1, "the configuration");
  out.shallow = Fact<bool>::known(git_repository_is_shallow(repository) == 1, "the file shallow");
  out.sparse =
      Fact<bool>::known(switched_on(repository, "core.sparsecheckout", false), "core.sparseCheckout");
  out.linked_worktree = Fact<bool>::known(git_repository_is_worktree(repository) == 1, "the file .git");
}

bool GitRepository::ignores(const std::string& path) const {
  int ignored = 0;
  return git_ignore_path_is_ignored(&ignored, state_->get(), path.c_str()) == 0 && ignored == 1;
}

Result<std::string> GitRepository::blob(const std::string& id) const {
  IBID_ASSIGN(const git_oid oid, parse_id(id));
  git_blob* blob = nullptr;
  if (git_blob_lookup(&blob, state_->get(), &oid) != 0)
    return git_failure("read " + id + " of", state_->root);
  const BlobHandle owner(blob);
  return std::string(static_cast<const char*>(git_blob_rawcontent(blob)),
                     static_cast<size_t>(git_blob_rawsize(blob)));
}

Result<int64_t> GitRepository::blob_size(const std::string& id) const {
  IBID_ASSIGN(const git_oid oid, parse_id(id));
  size_t size = 0;
  git_object_t kind = GIT_OBJECT_INVALID;
  if (git_odb_read_header(&size, &kind, state_->objects.get(), &oid) != 0)
    return git_failure("read " + id + " of", state_->root);
  return static_cast<int64_t>(size);
}

std::string blob_id(std::string_view content) {
  git_oid id;
  if (git_odb_hash(&id, content.data(), content.size(), GIT_OBJECT_BLOB) != 0) return {};
  return id_text(id);
}

}  // namespace ibid::source
