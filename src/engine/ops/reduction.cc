#include "engine/ops/reduction.h"

#include <algorithm>

#include "engine/ops/common.h"

namespace ibid::ops {

std::vector<int64_t> reduced_dims(const Shape& shape, const std::vector<int64_t>& dims) {
  std::vector<int64_t> result;
  if (dims.empty()) {
    for (int64_t d = 0; d < shape.n_dims(); ++d) result.push_back(d);
    return result;
  }
  for (int64_t dim : dims) result.push_back(shape.checked_dim(dim));
  std::sort(result.begin(), result.end());
  if (std::adjacent_find(result.begin(), result.end()) != result.end()) {
    throw ArgumentError("a reduction of " + shape.to_string() + " names one dim twice");
  }
  return result;
}

Shape reduced_shape(const Shape& shape, const std::vector<int64_t>& dims, bool keep) {
  Shape result;
  for (int64_t d = 0; d < shape.n_dims(); ++d) {
    const bool reduced = std::find(dims.begin(), dims.end(), d) != dims.end();
    if (!reduced) result.append(shape[d]);
    if (reduced && keep) result.append(1);
  }
  return result;
}

namespace {

template <class T>
Tensor by_rows(Context& context, kernels::ReduceRowsArgs<T> args, std::vector<double>* sums) {
  Tensor y = Tensor::empty({args.rows}, kDTypeOf<T>);
  args.y = y.data<T>();
  if (sums != nullptr) {
    sums->resize(static_cast<size_t>(args.rows));
    args.sums = sums->data();
  }
  kernels_of<T>(context).reduce_rows(args, context.executor());
  return y;
}

template <class T>
Tensor by_columns(Context& context, kernels::ReduceColumnsArgs<T> args, std::vector<double>* sums) {
  Tensor y = Tensor::empty({args.cols}, kDTypeOf<T>);
  args.y = y.data<T>();
  if (sums != nullptr) {
    sums->resize(static_cast<size_t>(args.cols));
    args.sums = sums->data();
  }
  kernels_of<T>(context).reduce_columns(args, context.executor());
  return y;
}

template <class T>
const T* data_or_null(const Tensor& tensor) {
  return tensor.defined() ? tensor.data<T>() : nullptr;
}

// The dims split as section 3 wants them. A dim of size 1 does not count: reduced or not, it stays among the
// kept, where it changes no raster.
struct Split {
  std::vector<int64_t> kept, leading, suffix;  // suffix: the reduced dims behind every kept one
};

Split split_dims(const Shape& shape, const std::vector<int64_t>& dims) {
  Split split;
  bool in_suffix = true;
  for (int64_t d = shape.n_dims() - 1; d >= 0; --d) {
    const bool reduced = shape[d] != 1 && std::find(dims.begin(), dims.end(), d) != dims.end();
    if (!reduced && shape[d] != 1) in_suffix = false;
    (!reduced ? split.kept : in_suffix ? split.suffix : split.leading).push_back(d);
  }
  for (auto* part : {&split.kept, &split.leading, &split.suffix}) std::reverse(part->begin(), part->end());
  return split;
}

Tensor permuted(const Tensor& x, std::initializer_list<const std::vector<int64_t>*> parts) {
  std::vector<int64_t> order;
  for (const auto* part : parts) order.insert(order.end(), part->begin(), part->end());
  return x.permute(order).dense();
}

int64_t product_of(const Shape& shape, const std::vector<int64_t>& dims) {
  int64_t product = 1;
  for (int64_t d : dims) product *= shape[d];
  return product;
}

// A sum of products over a mixed set of dims: the suffix turns it into a plain sum of partial results.
bool is_extreme(kernels::Reduction op) {
  return op == kernels::Reduction::kMax || op == kernels::Reduction::kMin;
}

}  // namespace

Tensor reduce(Context& context, kernels::Reduction op, const Tensor& x, const std::vector<int64_t>& dims,
              const Tensor& b, const Tensor& centre, std::vector<double>* sums) {
  const Split split = split_dims(x.shape(), dims);
  const Shape shape = reduced_shape(x.shape(), dims, false);
  Tensor result;
  dispatch_floating(x.dtype(), "a reduction", [&]<class T>() {
    const int64_t n_kept = product_of(x.shape(), split.kept),
                  n_leading = product_of(x.shape(), split.leading);
    if (split.leading.empty()) {
      const Tensor rows = permuted(x, {&split.kept, &split.suffix});
      const Tensor other = b.defined() ? permuted(b, {&split.kept, &split.suffix}) : Tensor();
      const Tensor middle = centre.defined() ? centre.dense() : Tensor();
      kernels::ReduceRowsArgs<T> args;
      args.op = op;
      args.rows = n_kept;
      args.cols = product_of(x.shape(), split.suffix);
      args.a = rows.data<T>();
      args.b = data_or_null<T>(other);
      args.centre = data_or_null<T>(middle);
      result = by_rows<T>(context, args, sums);
      return;
    }
    kernels::ReduceColumnsArgs<T> args;
    args.op = op;
    args.rows = n_leading;
    args.cols = n_kept;
    Tensor columns, other, middle;
    if (split.suffix.empty()) {
      columns = permuted(x, {&split.leading, &split.kept});
      if (b.defined()) other = permuted(b, {&split.leading, &split.kept});
      if (centre.defined()) middle = centre.dense();
    } else {
      // The suffix first, rounded; then the partial results add up (or compete).
      std::vector<int64_t> order = split.leading;
      order.insert(order.end(), split.kept.begin(), split.kept.end());
      const Tensor partial_x = x.permute([&] {
        std::vector<int64_t> all = order;
        all.insert(all.end(), split.suffix.begin(), split.suffix.end());
        return all;
      }());
      std::vector<int64_t> behind;
      for (size_t d = order.size(); d < static_cast<size_t>(x.n_dims()); ++d)
        behind.push_back(static_cast<int64_t>(d));
      Tensor partial_b, partial_centre;
      if (b.defined()) partial_b = permuted(b, {&split.leading, &split.kept, &split.suffix});
      if (centre.defined()) {
        Shape wide{n_leading};
        for (int64_t size : shape.sizes()) wide.append(size);
        partial_centre = centre.broadcast_to(wide);
      }
      columns = reduce(context, op, partial_x, behind, partial_b, partial_centre);
      args.op = is_extreme(op) ? op : kernels::Reduction::kSum;
    }
    args.a = columns.data<T>();
    args.b = data_or_null<T>(other);
    args.centre = data_or_null<T>(middle);
    result = by_columns<T>(context, args, sums);
  });
  return result.reshape(shape);
}

Tensor sum_to_shape(Context& context, const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  const int64_t missing = x.n_dims() - shape.n_dims();
  std::vector<int64_t> dims;
  for (int64_t d = 0; d < x.n_dims(); ++d) {
    if (d < missing || (shape[d - missing] == 1 && x.size(d) != 1)) dims.push_back(d);
  }
  if (dims.empty()) return x.reshape(shape);
  return reduce(context, kernels::Reduction::kSum, x, dims).reshape(shape);
}

}  // namespace ibid::ops
