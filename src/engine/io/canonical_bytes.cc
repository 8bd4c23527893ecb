#include "engine/io/canonical_bytes.h"

#include <bit>

#include "base/canonical_floats.h"

namespace ibid::io {

static_assert(std::endian::native == std::endian::little,
              "files and digests are little-endian; so must the machine be");

void for_each_canonical_piece(const Tensor& tensor,
                              const std::function<void(std::span<const std::byte>)>& piece) {
  const Tensor dense = tensor.dense();
  if (dense.dtype() == DType::kF32) {
    CanonicalF32::for_each_piece(static_cast<const uint32_t*>(dense.raw_data()), dense.n_elements(), piece);
  } else if (dense.dtype() == DType::kF64) {
    CanonicalF64::for_each_piece(static_cast<const uint64_t*>(dense.raw_data()), dense.n_elements(), piece);
  } else {
    piece({static_cast<const std::byte*>(dense.raw_data()), static_cast<size_t>(dense.size_bytes())});
  }
}

}  // namespace ibid::io
