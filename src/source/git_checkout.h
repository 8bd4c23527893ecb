#pragma once

#include <string>

#include "base/result.h"
#include "platform/file.h"

namespace ibid::source {

// Makes a repository in `folder` without a commit.
Result<void> make_repository(const platform::Path& folder);

// The same with one commit of the repository at `from` checked out, without its history. Every file has the
// bytes that the commit has: no conversion of line ends takes place.
Result<void> copy_commit(const platform::Path& from, const std::string& commit, const platform::Path& folder);

// Clones from an address and checks the commit out in the same way.
Result<void> clone_commit(const std::string& address, const std::string& commit,
                          const platform::Path& folder);

// Notes an address under a name; one that is there already stays.
void add_remote(const platform::Path& folder, const std::string& name, const std::string& address);

}  // namespace ibid::source
