#include "engine/io/canonical_bytes.h"

#include <algorithm>
#include <bit>
#include <vector>

namespace ibid::io {
namespace {

static_assert(std::endian::native == std::endian::little, "files and digests are little-endian; so must the machine be");

constexpr int64_t kPiece = 1 << 14;  // elements: a piece stays in the cache between the NaN check and the hash

template <class T>
T canonical_nan() {
  if constexpr (sizeof(T) == 4) {
    return std::bit_cast<T>(uint32_t{0x7FC00000});
  } else {
    return std::bit_cast<T>(uint64_t{0x7FF8000000000000});
  }
}

template <class T>
void pieces_of_floats(const T* values, int64_t n, const std::function<void(std::span<const std::byte>)>& piece) {
  std::vector<T> copy;
  for (int64_t begin = 0; begin < n; begin += kPiece) {
    const int64_t size = std::min(kPiece, n - begin);
    const T* block = values + begin;
    int has_nan = 0;
    for (int64_t i = 0; i < size; ++i) has_nan |= block[i] != block[i] ? 1 : 0;
    if (has_nan != 0) {
      copy.assign(block, block + size);
      for (T& value : copy) value = value != value ? canonical_nan<T>() : value;
      block = copy.data();
    }
    piece(std::as_bytes(std::span(block, static_cast<size_t>(size))));
  }
}

}  // namespace

void for_each_canonical_piece(const Tensor& tensor, const std::function<void(std::span<const std::byte>)>& piece) {
  const Tensor dense = tensor.dense();
  if (dense.dtype() == DType::kF32) {
    pieces_of_floats(dense.data<float>(), dense.n_elements(), piece);
  } else if (dense.dtype() == DType::kF64) {
    pieces_of_floats(dense.data<double>(), dense.n_elements(), piece);
  } else {
    piece({static_cast<const std::byte*>(dense.raw_data()), static_cast<size_t>(dense.size_bytes())});
  }
}

}  // namespace ibid::io
