#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "platform/file.h"
#include "source/report_fields.h"

namespace ibid::source {

// The kinds of entries that git knows, as its modes.
inline constexpr uint32_t kNoMode = 0;
inline constexpr uint32_t kFileMode = 0100644;
inline constexpr uint32_t kExecutableMode = 0100755;
inline constexpr uint32_t kLinkMode = 0120000;
inline constexpr uint32_t kSubmoduleMode = 0160000;

// One path that HEAD, the index or the working tree has.
struct GitFile {
  uint32_t head_mode = kNoMode;  // kNoMode: HEAD does not have it
  std::string head_id;
  bool in_index = false;
  bool untracked = false;   // in the working tree alone, and not ignored
  bool changed = false;     // git status shows it
  bool deleted = false;     // git status shows it as deleted, in the index or in the working tree
  bool hidden = false;      // assume-unchanged or skip-worktree: git status does not look
  std::string lfs_pointer;  // HEAD's content, where it is a pointer of git-lfs
};

// A folder in a working tree that is a repository of its own.
struct InnerRepository {
  std::string path;
  std::string recorded_id;  // of a submodule in HEAD; empty if it is not there
  std::optional<std::string> url;
  bool is_submodule = false;
};

struct GitFiles {
  std::map<std::string, GitFile> files;  // by path from the root
  std::vector<InnerRepository> inner;    // by path
};

// Where the working tree around `folder` starts, or the repository itself if it is bare; nothing outside of
// repositories. Links are resolved.
std::optional<platform::Path> find_repository(const platform::Path& folder);

// A repository, for reading alone: nothing of it is written and nothing that it names is run.
class GitRepository {
 public:
  // `root` is what find_repository() gives.
  static Result<GitRepository> open(const platform::Path& root);
  ~GitRepository();
  GitRepository(GitRepository&&) noexcept;
  GitRepository& operator=(GitRepository&&) = delete;

  bool has_working_tree() const;
  // Whether the executable bits of the working tree mean something (core.fileMode).
  bool trusts_modes() const;

  // Every field but those about files that capture() fills in.
  void describe(Repository& repository) const;

  // Fills in the counts, too. Untracked files for which `skip` says so are as if they were not there.
  Result<GitFiles> files(const std::function<bool(const std::string& path)>& skip,
                         Repository& repository) const;

  // Whether the rules of .gitignore and the like keep git from a path below the root.
  bool ignores(const std::string& path) const;

  Result<std::string> blob(const std::string& id) const;
  // Without reading it.
  Result<int64_t> blob_size(const std::string& id) const;

 private:
  struct State;
  explicit GitRepository(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The name that git gives to a content.
std::string blob_id(std::string_view content);

}  // namespace ibid::source
