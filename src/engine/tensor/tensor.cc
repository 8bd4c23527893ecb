#include "ibid/tensor.h"

#include <cstring>

#include "engine/tensor/convert.h"
#include "engine/tensor/dispatch_dtype.h"
#include "engine/tensor/storage.h"
#include "engine/tensor/strided.h"

namespace ibid {

// --- creation ---

Tensor Tensor::empty(const Shape& shape, DType dtype) {
  Tensor tensor;
  tensor.dtype_ = dtype;
  tensor.shape_ = shape;
  tensor.strides_ = dense_strides(shape);
  tensor.storage_ = std::make_shared<Storage>(shape.n_elements() * size_of(dtype));
  return tensor;
}

Tensor Tensor::zeros(const Shape& shape, DType dtype) {
  Tensor tensor = empty(shape, dtype);
  std::memset(tensor.raw_data(), 0, static_cast<size_t>(tensor.size_bytes()));
  return tensor;
}

Tensor Tensor::full(const Shape& shape, double value, DType dtype) {
  Tensor tensor = empty(shape, dtype);
  tensor.fill(value);
  return tensor;
}

Tensor Tensor::scalar(double value, DType dtype) { return full({}, value, dtype); }

Tensor Tensor::arange(int64_t n, DType dtype) {
  Tensor integers = empty({n}, DType::kI64);
  for (int64_t i = 0; i < n; ++i) integers.data<int64_t>()[i] = i;
  return integers.to(dtype);
}

template <class T>
Tensor Tensor::from_values(const Shape& shape, const std::vector<T>& values) {
  if (static_cast<int64_t>(values.size()) != shape.n_elements()) {
    throw ShapeError(std::to_string(values.size()) + " values were given for shape " + shape.to_string() +
                     ", which has " + std::to_string(shape.n_elements()) + " elements");
  }
  Tensor tensor = empty(shape, kDTypeOf<T>);
  T* out = tensor.data<T>();
  for (size_t i = 0; i < values.size(); ++i) out[i] = values[i];
  return tensor;
}

template Tensor Tensor::from_values(const Shape&, const std::vector<float>&);
template Tensor Tensor::from_values(const Shape&, const std::vector<double>&);
template Tensor Tensor::from_values(const Shape&, const std::vector<int64_t>&);
template Tensor Tensor::from_values(const Shape&, const std::vector<uint8_t>&);
template Tensor Tensor::from_values(const Shape&, const std::vector<bool>&);

// --- access ---

void Tensor::require_dtype(DType dtype) const {
  if (dtype != dtype_) {
    throw DTypeError("the tensor holds " + std::string(name_of(dtype_)) + ", not " + std::string(name_of(dtype)) +
                     "; convert it with to()");
  }
}

template <class T>
T* Tensor::data() {
  require_dtype(kDTypeOf<T>);
  return static_cast<T*>(raw_data());
}
template <class T>
const T* Tensor::data() const {
  require_dtype(kDTypeOf<T>);
  return static_cast<const T*>(raw_data());
}

#define IBID_INSTANTIATE(T)     \
  template T* Tensor::data<T>(); \
  template const T* Tensor::data<T>() const; \
  template std::vector<T> Tensor::to_vector<T>() const;
IBID_INSTANTIATE(float)
IBID_INSTANTIATE(double)
IBID_INSTANTIATE(int64_t)
IBID_INSTANTIATE(uint8_t)
IBID_INSTANTIATE(bool)
#undef IBID_INSTANTIATE

void* Tensor::raw_data() { return storage_->data() + offset_ * size_of(dtype_); }
const void* Tensor::raw_data() const { return storage_->data() + offset_ * size_of(dtype_); }

double Tensor::item() const {
  if (n_elements() != 1) throw ShapeError("item() needs exactly one element; the tensor is " + describe());
  double value = 0;
  dispatch_dtype(dtype_, [&]<class T>() { value = static_cast<double>(*data<T>()); });
  return value;
}

template <class T>
std::vector<T> Tensor::to_vector() const {
  const Tensor source = dense();
  const T* values = source.data<T>();
  return std::vector<T>(values, values + n_elements());
}

std::string Tensor::describe() const {
  if (!defined()) return "absent";
  return std::string(name_of(dtype_)) + " " + shape_.to_string();
}

// --- layout ---

bool Tensor::is_dense() const {
  int64_t stride = 1;
  for (int64_t d = n_dims() - 1; d >= 0; --d) {
    if (shape_[d] != 1 && strides_[static_cast<size_t>(d)] != stride) return n_elements() == 0;
    stride *= shape_[d];
  }
  return true;
}

Tensor Tensor::dense() const { return is_dense() ? *this : clone(); }

Tensor Tensor::clone() const {
  Tensor copy = empty(shape_, dtype_);
  copy.copy_from(*this);
  return copy;
}

Tensor Tensor::permute(const std::vector<int64_t>& order) const {
  if (static_cast<int64_t>(order.size()) != n_dims()) {
    throw ArgumentError("permute needs one entry per dim of " + shape_.to_string());
  }
  Tensor view = *this;
  view.shape_ = Shape();
  uint32_t seen = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    const int64_t dim = shape_.checked_dim(order[i]);
    if (seen & (1u << dim)) throw ArgumentError("permute names dim " + std::to_string(dim) + " twice");
    seen |= 1u << dim;
    view.shape_.append(shape_[dim]);
    view.strides_[i] = strides_[static_cast<size_t>(dim)];
  }
  return view;
}

Tensor Tensor::transpose(int64_t a, int64_t b) const {
  std::vector<int64_t> order(static_cast<size_t>(n_dims()));
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int64_t>(i);
  std::swap(order[static_cast<size_t>(shape_.checked_dim(a))], order[static_cast<size_t>(shape_.checked_dim(b))]);
  return permute(order);
}

Tensor Tensor::slice(int64_t dim, int64_t begin, int64_t end, int64_t step) const {
  const int64_t d = shape_.checked_dim(dim);
  if (begin < 0 || end < begin || end > shape_[d] || step < 1) {
    throw ArgumentError("slice [" + std::to_string(begin) + ", " + std::to_string(end) + ") step " +
                        std::to_string(step) + " does not fit dim " + std::to_string(d) + " of " + shape_.to_string());
  }
  Tensor view = *this;
  view.offset_ += begin * strides_[static_cast<size_t>(d)];
  view.strides_[static_cast<size_t>(d)] *= step;
  view.shape_ = shape_.with(d, (end - begin + step - 1) / step);
  return view;
}

Tensor Tensor::select(int64_t dim, int64_t index) const {
  const int64_t d = shape_.checked_dim(dim);
  const int64_t i = index < 0 ? index + shape_[d] : index;
  if (i < 0 || i >= shape_[d]) {
    throw ArgumentError("index " + std::to_string(index) + " is outside dim " + std::to_string(d) + " of " +
                        shape_.to_string());
  }
  return slice(d, i, i + 1).squeeze(d);
}

Tensor Tensor::unsqueeze(int64_t dim) const {
  const int64_t d = dim < 0 ? dim + n_dims() + 1 : dim;
  if (d < 0 || d > n_dims()) throw ArgumentError("dim " + std::to_string(dim) + " cannot be added to " + describe());
  Tensor view = *this;
  view.shape_ = Shape();
  for (int64_t i = 0; i <= n_dims(); ++i) {
    const int64_t source = i < d ? i : i - 1;
    view.shape_.append(i == d ? 1 : shape_[source]);
    view.strides_[static_cast<size_t>(i)] = i == d ? 0 : strides_[static_cast<size_t>(source)];
  }
  return view;
}

Tensor Tensor::squeeze(int64_t dim) const {
  const int64_t d = shape_.checked_dim(dim);
  if (shape_[d] != 1) throw ShapeError("dim " + std::to_string(d) + " of " + shape_.to_string() + " is not of size 1");
  Tensor view = *this;
  view.shape_ = shape_.without(d);
  for (int64_t i = d; i + 1 < n_dims(); ++i) {
    view.strides_[static_cast<size_t>(i)] = strides_[static_cast<size_t>(i + 1)];
  }
  return view;
}

Tensor Tensor::broadcast_to(const Shape& shape) const {
  if (broadcast_shapes(shape_, shape) != shape) {
    throw ShapeError("shape " + shape_.to_string() + " cannot be broadcast to " + shape.to_string());
  }
  Tensor view = *this;
  view.shape_ = shape;
  view.strides_ = broadcast_strides(shape_, strides_, shape);
  return view;
}

Tensor Tensor::reshape(const Shape& wanted) const {
  Shape shape = wanted;
  int64_t known = 1, open_dim = -1;
  for (int64_t d = 0; d < wanted.n_dims(); ++d) {
    if (wanted[d] != -1) {
      known *= wanted[d];
    } else if (open_dim >= 0) {
      throw ShapeError("only one size may be -1 in " + wanted.to_string());
    } else {
      open_dim = d;
    }
  }
  if (open_dim >= 0 && known > 0 && n_elements() % known == 0) shape = wanted.with(open_dim, n_elements() / known);
  if ((open_dim >= 0 && shape == wanted) || shape.n_elements() != n_elements()) {
    throw ShapeError("shape " + shape_.to_string() + " cannot be read as " + wanted.to_string() +
                     ": the numbers of elements differ");
  }
  Tensor result = dense();
  result.shape_ = shape;
  result.strides_ = dense_strides(shape);
  return result;
}

// --- content ---

Tensor Tensor::to(DType dtype) const {
  if (dtype == dtype_) return *this;
  Tensor converted = empty(shape_, dtype);
  converted.copy_from(*this);
  return converted;
}

void Tensor::copy_from(const Tensor& source) {
  const Tensor from = source.broadcast_to(shape_);
  if (dtype_ == from.dtype_ && is_dense() && from.is_dense()) {
    std::memmove(raw_data(), from.raw_data(), static_cast<size_t>(size_bytes()));
    return;
  }
  dispatch_dtype(dtype_, [&]<class D>() {
    dispatch_dtype(from.dtype_, [&]<class S>() {
      D* out = data<D>();
      const S* in = from.data<S>();
      for_each_run<2>(shape_, {strides_, from.strides_}, [&](auto offsets, int64_t n, auto steps) {
        D* o = out + offsets[0];
        const S* i = in + offsets[1];
        for (int64_t j = 0; j < n; ++j) o[j * steps[0]] = convert_element<D>(i[j * steps[1]]);
      });
    });
  });
}

void Tensor::fill(double value) {
  Tensor one = empty({}, DType::kF64);
  *one.data<double>() = value;
  copy_from(one);
}

bool Tensor::same_bits(const Tensor& other) const {
  if (dtype_ != other.dtype_ || shape_ != other.shape_) return false;
  const Tensor a = dense(), b = other.dense();
  bool same = true;
  dispatch_dtype(dtype_, [&]<class T>() {
    const T* pa = a.data<T>();
    const T* pb = b.data<T>();
    for (int64_t i = 0; same && i < n_elements(); ++i) {
      same = std::memcmp(pa + i, pb + i, sizeof(T)) == 0 || (pa[i] != pa[i] && pb[i] != pb[i]);
    }
  });
  return same;
}

}  // namespace ibid
