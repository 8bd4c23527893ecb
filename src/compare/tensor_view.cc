#include "compare/tensor_view.h"

#include <algorithm>

#include "base/checked_int.h"

namespace ibid::compare {

int64_t TensorView::n_elements() const { return checked_product(shape).value_or(0); }

uint64_t TensorView::bits_at(int64_t offset) const {
  const auto size = static_cast<size_t>(size_of(type));
  const std::byte* element = bytes.data() + static_cast<size_t>(offset) * size;
  uint64_t bits = 0;
  for (size_t i = 0; i < size; ++i)
    bits = bits << 8 | std::to_integer<uint64_t>(element[big_endian ? i : size - 1 - i]);
  return bits;
}

std::vector<int64_t> dense_strides(std::span<const int64_t> shape, bool columns_first) {
  std::vector<int64_t> strides(shape.size(), 1);
  int64_t stride = 1;
  for (size_t i = 0; i < shape.size(); ++i) {
    const size_t dim = columns_first ? i : shape.size() - 1 - i;
    strides[dim] = stride;
    stride = checked_multiply(stride, std::max<int64_t>(shape[dim], 1)).value_or(0);
  }
  return strides;
}

Result<void> check_extent(const TensorView& tensor, std::string_view where) {
  constexpr size_t kMaxDims = 64;
  const Error error(ErrorCode::kMalformed,
                    std::string(where) + ": the shape of '" + tensor.name + "' does not fit its bytes",
                    "the file was cut short or altered: fetch or write it again");
  std::vector<int64_t> sizes = tensor.shape;
  sizes.push_back(size_of(tensor.type));
  if (tensor.shape.size() > kMaxDims || tensor.strides.size() != tensor.shape.size()) return error;
  const auto dense_bytes = checked_product(sizes);
  if (!dense_bytes) return error;
  if (*dense_bytes == 0) return {};
  int64_t last = 0;
  for (size_t i = 0; i < tensor.shape.size(); ++i) {
    if (tensor.strides[i] < 0) return error;
    const auto step = checked_multiply(tensor.strides[i], tensor.shape[i] - 1);
    const auto sum = step ? checked_add(last, *step) : std::nullopt;
    if (!sum) return error;
    last = *sum;
  }
  const auto end = checked_add(last, 1);
  const auto end_bytes = end ? checked_multiply(*end, size_of(tensor.type)) : std::nullopt;
  if (!end_bytes || *end_bytes > static_cast<int64_t>(tensor.bytes.size())) return error;
  // Strides of 0 could make a few bytes stand for any number of elements.
  constexpr int64_t kMaxRepeats = 1 << 12;
  if (*dense_bytes / kMaxRepeats > *end_bytes) return error;
  return {};
}

}  // namespace ibid::compare
