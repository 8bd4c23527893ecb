#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "platform/folder_scan.h"

namespace ibid::verify {

// The files of a folder as they are at one moment, by path relative to it, except what may be written by
// several programs at once without harm: Python's caches of compiled modules and the folder of git.
class FolderState {
 public:
  // Without what lies in `left_out`. Errors: there are too many files to look at, or the folder cannot be
  // read.
  static Result<FolderState> of(const platform::Path& folder, const platform::Path& left_out);

  // Files that are new or another now.
  std::vector<std::string> changed_since(const FolderState& before) const;

  // Whether such a file would be looked at.
  static bool counts(const std::string& path);

 private:
  std::map<std::string, platform::FileStatus> files_;
};

}  // namespace ibid::verify
