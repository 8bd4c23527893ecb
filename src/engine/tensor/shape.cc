#include "ibid/shape.h"

#include "ibid/errors.h"

namespace ibid {

Shape::Shape(std::initializer_list<int64_t> sizes) : Shape(std::span(sizes.begin(), sizes.size())) {}

Shape::Shape(std::span<const int64_t> sizes) {
  for (int64_t size : sizes) append(size);
}

void Shape::append(int64_t size) {
  if (n_dims_ == kMaxDims) {
    throw ShapeError("a tensor has at most 8 dims; one more was asked for after " + to_string());
  }
  sizes_[static_cast<size_t>(n_dims_++)] = size;
}

int64_t Shape::n_elements() const {
  int64_t n = 1;
  for (int64_t size : sizes()) {
    if (size != 0 && n > INT64_MAX / 8 / size) throw ShapeError("shape " + to_string() + " has too many elements");
    n *= size;
  }
  return n;
}

int64_t Shape::checked_dim(int64_t dim) const {
  const int64_t from_front = dim < 0 ? dim + n_dims_ : dim;
  if (from_front < 0 || from_front >= n_dims_) {
    throw ArgumentError("dim " + std::to_string(dim) + " does not exist in shape " + to_string());
  }
  return from_front;
}

Shape Shape::with(int64_t dim, int64_t size) const {
  Shape shape = *this;
  shape.sizes_[static_cast<size_t>(checked_dim(dim))] = size;
  return shape;
}

Shape Shape::without(int64_t dim) const {
  const int64_t removed = checked_dim(dim);
  Shape shape;
  for (int64_t i = 0; i < n_dims_; ++i) {
    if (i != removed) shape.append((*this)[i]);
  }
  return shape;
}

Shape Shape::slice(int64_t begin, int64_t end) const {
  return Shape(sizes().subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin)));
}

std::string Shape::to_string() const {
  std::string text = "(";
  for (int64_t i = 0; i < n_dims_; ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(sizes_[static_cast<size_t>(i)]);
  }
  if (n_dims_ == 1) text += ",";
  return text + ")";
}

bool operator==(const Shape& a, const Shape& b) {
  if (a.n_dims_ != b.n_dims_) return false;
  for (int64_t i = 0; i < a.n_dims_; ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

Shape broadcast_shapes(const Shape& a, const Shape& b) {
  const int64_t n_dims = a.n_dims() > b.n_dims() ? a.n_dims() : b.n_dims();
  Shape result;
  for (int64_t i = 0; i < n_dims; ++i) {
    const int64_t ia = i - (n_dims - a.n_dims()), ib = i - (n_dims - b.n_dims());
    const int64_t sa = ia < 0 ? 1 : a[ia], sb = ib < 0 ? 1 : b[ib];
    if (sa != sb && sa != 1 && sb != 1) {
      throw ShapeError("shapes " + a.to_string() + " and " + b.to_string() +
                       " cannot be broadcast together: aligned at the last dim, sizes must be equal or 1, but dim " +
                       std::to_string(i - n_dims) + " has " + std::to_string(sa) + " and " + std::to_string(sb));
    }
    result.append(sa == 1 ? sb : sa);
  }
  return result;
}

}  // namespace ibid
