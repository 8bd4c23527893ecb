#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ibid::data {

// Whether the bytes begin as a gzip file does.
bool is_gzip(std::string_view bytes);

// The decompressed content of all members of a gzip file, checksums verified. More than `max_bytes` is an
// error before the memory is taken: a small file can claim any size. `name` is for the error.
Result<std::string> gunzip(std::string_view bytes, const std::string& name, int64_t max_bytes);

}  // namespace ibid::data
