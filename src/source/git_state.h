#pragma once

#include "source/git_handles.h"
#include "source/git_repository.h"

namespace ibid::source {

struct GitRepository::State {
  RepositoryHandle handle;
  OdbHandle objects;
  platform::Path root;

  git_repository* get() const { return handle.get(); }
};

// HEAD's commit; nothing while there is none.
std::optional<git_oid> head_commit(git_repository* repository);

// A switch of the configuration, also of the one that a working tree has for itself, which this libgit2 does
// not read.
bool switched_on(git_repository* repository, const char* name, bool otherwise);

}  // namespace ibid::source
