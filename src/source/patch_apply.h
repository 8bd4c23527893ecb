#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "platform/folder_scan.h"

namespace ibid::source {

// One path of a patch; the texts point into the patch.
struct PatchPart {
  std::string path;
  uint32_t old_mode = 0;  // 0 (kNoMode): the file is new, or its mode stays
  uint32_t new_mode = 0;
  bool creates = false;
  bool deletes = false;
  std::vector<std::string_view> hunk_lines = {};  // each without its line feed
  std::optional<std::string> content = {};        // of a binary part, what the file becomes
};

// Reads the patches that patch_of_file() writes, one after the other; `name` says in errors where the text
// came from. Paths that leave the folder or enter .git are errors.
Result<std::vector<PatchPart>> parse_patch(std::string_view text, std::string_view name);

// What the part makes of a file. An error if the file is not the one it was made for.
Result<std::string> patched(const PatchPart& part, const std::string& before);

// Changes the files below `folder`; neither through links nor beyond it.
Result<void> apply_patch(const std::vector<PatchPart>& parts, const platform::Path& folder);

}  // namespace ibid::source
