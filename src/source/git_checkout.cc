#include "source/git_checkout.h"

#include "platform/atomic_file.h"
#include "platform/signals.h"
#include "source/git_handles.h"

namespace ibid::source {
namespace {

using platform::Path;

Result<RepositoryHandle> open(const Path& folder) {
  start_git();
  return git_take<RepositoryHandle>("open", folder, [&folder](git_repository** out) {
    return git_repository_open_ext(out, folder.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
  });
}

Result<CommitHandle> find_commit(git_repository* repository, const std::string& commit, const Path& place) {
  IBID_ASSIGN(const git_oid id, parse_id(commit));
  return git_take<CommitHandle>("find the commit " + commit + " in", place,
                                [&](git_commit** out) { return git_commit_lookup(out, repository, &id); });
}

int stop_asked() { return platform::stop_requested() ? 1 : 0; }

Result<void> check_out(const Path& folder, const std::string& commit) {
  IBID_ASSIGN(const RepositoryHandle repository, open(folder));
  IBID_ASSIGN(const CommitHandle found, find_commit(repository.get(), commit, folder));
  if (git_repository_set_head_detached(repository.get(), git_commit_id(found.get())) != 0)
    return git_failure("set HEAD of", folder);
  git_checkout_options options{};
  git_checkout_options_init(&options, GIT_CHECKOUT_OPTIONS_VERSION);
  options.checkout_strategy = GIT_CHECKOUT_FORCE;
  options.disable_filters = 1;
  if (git_checkout_tree(repository.get(), reinterpret_cast<const git_object*>(found.get()), &options) != 0)
    return git_failure("check out " + commit + " in", folder);
  return {};
}

// One pack with the commit and everything it is made of.
Result<void> write_pack(git_repository* from, const git_commit* commit, const Path& place,
                        const Path& folder) {
  IBID_ASSIGN(const PackBuilderHandle pack,
              git_take<PackBuilderHandle>(
                  "read", place, [from](git_packbuilder** out) { return git_packbuilder_new(out, from); }));
  git_packbuilder_set_callbacks(
      pack.get(), [](int, uint32_t, uint32_t, void*) { return stop_asked(); }, nullptr);
  if (git_packbuilder_insert(pack.get(), git_commit_id(commit), nullptr) != 0 ||
      git_packbuilder_insert_tree(pack.get(), git_commit_tree_id(commit)) != 0)
    return git_failure("read the commit of", place);
  const Path packs = folder / ".git" / "objects" / "pack";
  if (git_packbuilder_write(pack.get(), packs.c_str(), 0, nullptr, nullptr) != 0) {
    IBID_TRY(platform::check_not_stopped());
    return git_failure("write", packs);
  }
  return {};
}

}  // namespace

Result<void> make_repository(const Path& folder) {
  start_git();
  git_repository_init_options options{};
  git_repository_init_options_init(&options, GIT_REPOSITORY_INIT_OPTIONS_VERSION);
  // No template either: it could bring hooks.
  options.flags = GIT_REPOSITORY_INIT_MKPATH | GIT_REPOSITORY_INIT_NO_REINIT;
  git_repository* made = nullptr;
  if (git_repository_init_ext(&made, folder.c_str(), &options) != 0) return git_failure("make", folder);
  const RepositoryHandle owner(made);
  return {};
}

Result<void> copy_commit(const Path& from, const std::string& commit, const Path& folder) {
  IBID_ASSIGN(const RepositoryHandle source, open(from));
  IBID_ASSIGN(const CommitHandle found, find_commit(source.get(), commit, from));
  IBID_TRY(make_repository(folder));
  IBID_TRY(write_pack(source.get(), found.get(), from, folder));
  // What git calls a shallow repository: the parents are known by name alone.
  if (git_commit_parentcount(found.get()) > 0)
    IBID_TRY(platform::write_file_atomically(folder / ".git" / "shallow", commit + "\n"));
  return check_out(folder, commit);
}

Result<void> clone_commit(const std::string& address, const std::string& commit, const Path& folder) {
  start_git();
  git_clone_options options{};
  git_clone_options_init(&options, GIT_CLONE_OPTIONS_VERSION);
  options.checkout_opts.checkout_strategy = GIT_CHECKOUT_NONE;
  options.fetch_opts.callbacks.transfer_progress = [](const git_indexer_progress*, void*) {
    return -stop_asked();
  };
  git_repository* cloned = nullptr;
  if (git_clone(&cloned, address.c_str(), folder.c_str(), &options) != 0) {
    IBID_TRY(platform::check_not_stopped());
    return git_failure("clone", address);
  }
  git_repository_free(cloned);
  return check_out(folder, commit);
}

void add_remote(const Path& folder, const std::string& name, const std::string& address) {
  const Result<RepositoryHandle> repository = open(folder);
  if (!repository.ok()) return;
  git_remote* remote = nullptr;
  if (git_remote_create(&remote, repository.value().get(), name.c_str(), address.c_str()) == 0)
    git_remote_free(remote);
}

}  // namespace ibid::source
