#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace ibid::data {

// What the head of a file of NumPy's format .npy says, versions 1 to 3.
struct NpyHeader {
  char kind = 'f';  // f: floating point, i: integer, u: without sign, b: truth; others as NumPy names them
  int64_t item_bytes = 0;
  bool big_endian = false;
  bool columns_first = false;  // Fortran's order: the first index is the fastest
  std::vector<int64_t> shape;
  size_t header_bytes = 0;  // where the values begin

  int64_t n_rows() const { return shape.empty() ? 1 : shape[0]; }
  int64_t n_columns() const { return shape.size() < 2 ? 1 : shape[1]; }
};

bool is_npy(std::string_view bytes);

// Whatever the element type and the number of dimensions. Errors: truncated (more of the file is needed),
// malformed, and unsupported: records and other types without a single letter.
Result<NpyHeader> parse_npy_layout(std::string_view bytes, const std::string& name);

// The same for what is made of rows and columns. Errors: truncated (more of the file is needed), malformed,
// and unsupported: elements that are no plain numbers, half precision and complex numbers, Fortran's order
// with two dimensions, more than two dimensions.
Result<NpyHeader> parse_npy_header(std::string_view bytes, const std::string& name);

// The value at the beginning of `bytes` as text that reads back as the same number.
std::string npy_value_text(const NpyHeader& header, std::string_view bytes);

}  // namespace ibid::data
