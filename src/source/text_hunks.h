#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ibid::source {

struct TextHunks {
  std::string text;  // from the first "@@" on; empty if the contents are the same
  int64_t lines_added = 0;
  int64_t lines_removed = 0;
};

// What turns one text into the other, as git diff says it.
Result<TextHunks> text_hunks(std::string_view before, std::string_view after);

}  // namespace ibid::source
