#pragma once

// The only place that knows libgit2: its objects as values that free themselves, its failures as errors.

#include <git2.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "platform/file.h"

namespace ibid::source {

template <auto kFree>
struct GitFree {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};

template <class T, auto kFree>
using GitHandle = std::unique_ptr<T, GitFree<kFree>>;

using RepositoryHandle = GitHandle<git_repository, git_repository_free>;
using ReferenceHandle = GitHandle<git_reference, git_reference_free>;
using CommitHandle = GitHandle<git_commit, git_commit_free>;
using TreeHandle = GitHandle<git_tree, git_tree_free>;
using IndexHandle = GitHandle<git_index, git_index_free>;
using StatusHandle = GitHandle<git_status_list, git_status_list_free>;
using RemoteHandle = GitHandle<git_remote, git_remote_free>;
using ConfigHandle = GitHandle<git_config, git_config_free>;
using SubmoduleHandle = GitHandle<git_submodule, git_submodule_free>;
using BlobHandle = GitHandle<git_blob, git_blob_free>;
using OdbHandle = GitHandle<git_odb, git_odb_free>;
using PackBuilderHandle = GitHandle<git_packbuilder, git_packbuilder_free>;

// libgit2 made ready: repositories of other users may be read, since nothing in them is ever run; extensions
// of the format that do not change what is read here are accepted.
void start_git();

// What libgit2 could not do, with its own words.
Error git_failure(std::string_view action, const platform::Path& path);

std::string id_text(const git_oid& id);
Result<git_oid> parse_id(std::string_view text);

// Takes what a libgit2 function hands out: `make(&pointer)` returns its status.
template <class Handle, class Make>
Result<Handle> git_take(std::string_view action, const platform::Path& path, Make&& make) {
  typename Handle::pointer object = nullptr;
  if (make(&object) != 0) return git_failure(action, path);
  return Handle(object);
}

}  // namespace ibid::source
