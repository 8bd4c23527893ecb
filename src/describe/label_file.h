#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "platform/file.h"

namespace ibid::describe {

// Labels that lie in a file of their own, one for each item in the same order: an IDX array of bytes (MNIST's
// form), or text with one label a line, the first cell of the line. Either may be gzip-compressed.
Result<std::vector<std::string>> read_label_file(const platform::Path& path);

}  // namespace ibid::describe
