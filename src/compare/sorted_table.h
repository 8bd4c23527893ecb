#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace ibid::compare {

// The footer of a table of sorted keys, as LevelDB and the index of a checkpoint of TensorFlow have it.
bool looks_like_sorted_table(std::string_view bytes);

// All keys with their values, in order. Checksums of blocks are verified. `where` is for errors: truncated,
// malformed, and unsupported where a block is packed.
Result<std::vector<std::pair<std::string, std::string>>> read_sorted_table(std::string_view bytes,
                                                                           const std::string& where);

}  // namespace ibid::compare
