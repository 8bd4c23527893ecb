#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ibid/dtype.h"
#include "ibid/errors.h"
#include "ibid/shape.h"

namespace ibid {

class Storage;

// Elements of one type in an n-dimensional raster, possibly a strided view of memory shared with other tensors.
// Copying a Tensor copies the handle. Rules that speak of an order mean the logical raster, whatever the strides.
class Tensor {
 public:
  // An absent tensor: defined() is false and nothing else may be called.
  Tensor() = default;

  // --- creation: dense, own memory ---
  static Tensor empty(const Shape& shape, DType dtype);  // content unspecified
  static Tensor zeros(const Shape& shape, DType dtype);
  static Tensor full(const Shape& shape, double value, DType dtype);
  static Tensor arange(int64_t n, DType dtype = DType::kI64);
  static Tensor scalar(double value, DType dtype = DType::kF32);

  // Errors: ShapeError when the number of values is not the number of elements.
  template <class T>
  static Tensor from_values(const Shape& shape, const std::vector<T>& values);

  bool defined() const { return storage_ != nullptr; }
  const Shape& shape() const { return shape_; }
  int64_t n_dims() const { return shape_.n_dims(); }
  int64_t n_elements() const { return shape_.n_elements(); }
  int64_t size(int64_t dim) const { return shape_[dim]; }
  int64_t size_bytes() const { return n_elements() * size_of(dtype_); }
  // In elements; a broadcast dim has stride 0.
  int64_t stride(int64_t dim) const { return strides_[static_cast<size_t>(shape_.checked_dim(dim))]; }
  DType dtype() const { return dtype_; }

  // Raster order without gaps.
  bool is_dense() const;
  // The same elements without gaps: this tensor itself if it already is dense.
  Tensor dense() const;
  // No other tensor shares this memory.
  bool owns_memory_alone() const { return storage_.use_count() == 1; }
  // A dense copy with its own memory.
  Tensor clone() const;

  // The first element. Errors: DTypeError when T is not the element type.
  template <class T>
  T* data();
  template <class T>
  const T* data() const;
  void* raw_data();
  const void* raw_data() const;

  // The only element, converted exactly or by one rounding. Errors: ShapeError unless there is exactly one.
  double item() const;
  // All elements in raster order.
  template <class T>
  std::vector<T> to_vector() const;

  // --- views: share memory, never copy ---
  Tensor permute(const std::vector<int64_t>& order) const;
  Tensor transpose(int64_t a, int64_t b) const;
  // Elements begin, begin + step, ... below end of one dim. Errors: ArgumentError outside the dim, step < 1.
  Tensor slice(int64_t dim, int64_t begin, int64_t end, int64_t step = 1) const;
  // One index of a dim, which disappears.
  Tensor select(int64_t dim, int64_t index) const;
  Tensor unsqueeze(int64_t dim) const;
  Tensor squeeze(int64_t dim) const;
  // Dims of size 1, and missing leading dims, stretched to `shape`. Errors: ShapeError.
  Tensor broadcast_to(const Shape& shape) const;

  // The same raster under another shape; one size may be -1. A view if dense, else a dense copy. Errors: ShapeError.
  Tensor reshape(const Shape& shape) const;

  // Elements converted by section 0.4. Itself when the type already fits.
  Tensor to(DType dtype) const;

  // Writes `source`, broadcast and converted, into this tensor's elements.
  void copy_from(const Tensor& source);
  void fill(double value);

  // Same type, shape and bits, any NaN equal to any NaN (section 0.2).
  bool same_bits(const Tensor& other) const;

  // "f32 (2, 3)"
  std::string describe() const;

 private:
  void require_dtype(DType dtype) const;

  std::shared_ptr<Storage> storage_;
  int64_t offset_ = 0;  // elements
  DType dtype_ = DType::kF32;
  Shape shape_;
  std::array<int64_t, Shape::kMaxDims> strides_{};
};

// Bytes of tensor memory in use now, and the most there ever were since the last reset_peak_memory().
int64_t tensor_memory_bytes();
int64_t peak_tensor_memory_bytes();
void reset_peak_memory();

}  // namespace ibid
