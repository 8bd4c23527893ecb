#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "compare/element_type.h"

namespace ibid::compare {

// A named tensor whose elements lie in a file or in an unpacked part of one; it does not own them.
struct TensorView {
  std::string name = {};
  ElementType type = ElementType::kF32;
  std::vector<int64_t> shape = {};
  std::vector<int64_t> strides = {};      // in elements, none negative; as many as dims
  std::span<const std::byte> bytes = {};  // from the first element on
  bool big_endian = false;

  int64_t n_elements() const;
  // The bits of the element `offset` elements after the first.
  uint64_t bits_at(int64_t offset) const;
};

// What a file of tensors holds. Names are in the order of the file.
struct TensorSet {
  std::vector<TensorView> tensors;
  std::vector<std::pair<std::string, std::string>> values;  // besides tensors: a path, and the value as text
  std::deque<std::string> owned;  // unpacked bytes that the tensors lie in: a deque, since none may move
  std::vector<std::pair<std::string, std::string>> unread;  // names of what could not be read, and why
};

// Strides of raster order without gaps: the last dim (`columns_first`: the first) is the fastest.
std::vector<int64_t> dense_strides(std::span<const int64_t> shape, bool columns_first = false);

// A shape whose size in bytes fits 64 bits, whose rank is at most 64, and whose elements all lie in `bytes`.
// `where` is for the error (malformed).
Result<void> check_extent(const TensorView& tensor, std::string_view where);

}  // namespace ibid::compare
