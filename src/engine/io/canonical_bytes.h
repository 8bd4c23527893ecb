#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "ibid/tensor.h"

namespace ibid::io {

// Hands out a tensor's elements as the bytes that are hashed and saved: raster order, little-endian, every NaN as
// the one canonical quiet NaN (0x7FC00000; 0x7FF8000000000000), in pieces of any size.
void for_each_canonical_piece(const Tensor& tensor, const std::function<void(std::span<const std::byte>)>& piece);

}  // namespace ibid::io
