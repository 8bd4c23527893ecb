#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "base/result.h"

namespace ibid::platform {

using Path = std::filesystem::path;

// The whole content. Larger than `max_bytes` is an error, so that a mistaken path does not fill the memory.
Result<std::string> read_file(const Path& path, int64_t max_bytes = std::numeric_limits<int64_t>::max());

bool path_exists(const Path& path);
bool is_folder(const Path& path);
Result<int64_t> size_of_file(const Path& path);

// The folder and all above it; fine if it is there already.
Result<void> make_folders(const Path& folder);

// A file, or a folder with everything in it; fine if there is none.
Result<void> remove_tree(const Path& path);

// The entries of a folder, full paths in byte order of their names: never the order of the file system.
Result<std::vector<Path>> list_sorted(const Path& folder);

}  // namespace ibid::platform
