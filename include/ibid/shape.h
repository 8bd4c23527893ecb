#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace ibid {

// The sizes of a tensor's dims, outermost first; at most kMaxDims, none for a scalar.
class Shape {
 public:
  static constexpr int64_t kMaxDims = 8;

  Shape() = default;
  Shape(std::initializer_list<int64_t> sizes);  // NOLINT(google-explicit-constructor)
  explicit Shape(std::span<const int64_t> sizes);

  int64_t n_dims() const { return n_dims_; }
  int64_t n_elements() const;

  // Size of a dim; negative counts from the end. Errors: ArgumentError when there is no such dim.
  int64_t operator[](int64_t dim) const { return sizes_[static_cast<size_t>(checked_dim(dim))]; }

  // `dim` counted from the front. Errors: ArgumentError when there is no such dim.
  int64_t checked_dim(int64_t dim) const;

  std::span<const int64_t> sizes() const { return {sizes_.data(), static_cast<size_t>(n_dims_)}; }

  void append(int64_t size);
  Shape with(int64_t dim, int64_t size) const;
  Shape without(int64_t dim) const;
  // Dims [begin, end).
  Shape slice(int64_t begin, int64_t end) const;

  // "(64, 28, 28, 1)"
  std::string to_string() const;

  friend bool operator==(const Shape& a, const Shape& b);

 private:
  int64_t n_dims_ = 0;
  std::array<int64_t, kMaxDims> sizes_{};
};

// The shape two operands are broadcast to: aligned at the last dim, size 1 stretches.
// Errors: ShapeError naming both shapes when they do not fit.
Shape broadcast_shapes(const Shape& a, const Shape& b);

}  // namespace ibid
