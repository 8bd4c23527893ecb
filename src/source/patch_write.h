#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ibid::source {

// A file on one side of a patch; mode 0 (kNoMode): there is none.
struct PatchSide {
  uint32_t mode = 0;
  std::string content;  // of a link its target
  std::string id;       // as git names the content
  // A partial clone knows a file of its commit by the id alone; then the other side is written out whole.
  bool is_missing = false;
};

struct FilePatch {
  std::string text;
  // Nothing where the file is no text.
  std::optional<int64_t> lines_added, lines_removed;
};

// The part of a patch for one path, in git's format: what 'git apply' makes of `before` is `after`, every
// byte. A deleted file that is large or no text is not written out, so that part cannot be applied backwards.
Result<FilePatch> patch_of_file(const std::string& path, const PatchSide& before, const PatchSide& after);

// A path as patches have it: in double quotes and with octal numbers where it has unusual bytes.
std::string patch_name(std::string_view path);

}  // namespace ibid::source
