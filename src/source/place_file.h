#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "platform/file.h"

namespace ibid::source {

// Whether a path that a record or a patch names stays in its folder and out of .git.
bool is_safe_path(std::string_view path);

// An error if the path is not safe, or leads through a link that lies below `folder`. A link at its end is
// none.
Result<void> check_place(const platform::Path& folder, const std::string& path);

// Writes a file (or a link: `content` is its target) below `folder`, in the place of what was there. An error
// if the path is not safe or leads through a link.
Result<void> place_file(const platform::Path& folder, const std::string& path, uint32_t mode,
                        std::string_view content);

// Removes a file and the folders that are empty then; fine if it is not there.
Result<void> remove_file(const platform::Path& folder, const std::string& path);

// Why something could not be read, without its path: what is left out may be shown to anybody.
std::string reason_without_path(const Error& error);

// What a file has, or the target of a link.
Result<std::string> content_of(const platform::Path& path, int64_t max_bytes);

}  // namespace ibid::source
