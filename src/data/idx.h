#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "platform/file.h"

namespace ibid::data {

// An array of bytes as the IDX format (that of MNIST) stores it: raster order, last dimension fastest.
struct IdxArray {
  std::vector<int64_t> shape;
  std::vector<uint8_t> values;
};

// The content of an IDX file. The header's promise must be kept exactly: neither fewer bytes nor more.
Result<IdxArray> parse_idx(std::string_view bytes, const std::string& name);

// A file, gzip-compressed or plain (its content tells, not its name).
Result<IdxArray> read_idx(const platform::Path& path);

// The bytes of an IDX file, uncompressed; the values must be as many as the shape says.
std::string encode_idx(const IdxArray& array);

}  // namespace ibid::data
