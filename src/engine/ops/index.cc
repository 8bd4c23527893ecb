#include "ibid/ops/index.h"

#include <algorithm>
#include <cstring>

#include "engine/ops/common.h"
#include "engine/ops/scatter.h"
#include "engine/tensor/strided.h"

namespace ibid::ops {

// --- shared pieces ---

Tensor select_indices(const Tensor& x, int64_t dim, const std::vector<int64_t>& indices) {
  const Tensor source = x.dense();
  const int64_t n_indices = static_cast<int64_t>(indices.size());
  Tensor result = Tensor::empty(x.shape().with(dim, n_indices), x.dtype());
  const int64_t outer = x.shape().slice(0, dim).n_elements();
  const int64_t row_bytes = x.shape().slice(dim + 1, x.n_dims()).n_elements() * size_of(x.dtype());
  const std::byte* from = static_cast<const std::byte*>(source.raw_data());
  std::byte* to = static_cast<std::byte*>(result.raw_data());
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t i = 0; i < n_indices; ++i) {
      std::memcpy(to + (o * n_indices + i) * row_bytes,
                  from + (o * x.size(dim) + indices[static_cast<size_t>(i)]) * row_bytes,
                  static_cast<size_t>(row_bytes));
    }
  }
  return result;
}

Tensor scatter_rows(Context& context, const Tensor& index, const Tensor& source, int64_t n_destinations,
                    const Tensor& base) {
  const int64_t width = source.n_dims() == 2 ? source.size(1) : 1;
  const Tensor rows = source.dense(), start = base.defined() ? base.dense() : Tensor();
  Tensor result = Tensor::empty({n_destinations, width}, source.dtype());
  dispatch_floating(source.dtype(), "scatter_add", [&]<class T>() {
    kernels::ScatterAddArgs<T> args;
    args.n_sources = index.n_elements();
    args.n_destinations = n_destinations;
    args.width = width;
    args.index = index.data<int64_t>();
    args.source = rows.data<T>();
    args.base = start.defined() ? start.data<T>() : nullptr;
    args.out = result.data<T>();
    kernels_of<T>(context).scatter_add(args, context.executor());
  });
  return result;
}

Variable gather_elements(Tape& tape, const Variable& x, const Tensor& positions, const char* mixing) {
  const Tensor source = x.value().dense(), at = positions.dense();
  Tensor y = Tensor::empty(positions.shape(), x.dtype());
  dispatch_dtype(x.dtype(), [&]<class T>() {
    const T* in = source.data<T>();
    const int64_t* p = at.data<int64_t>();
    T* out = y.data<T>();
    for (int64_t i = 0; i < y.n_elements(); ++i) out[i] = in[p[i]];
  });
  const Shape x_shape = x.shape();
  return tape.record(
      y, {x},
      [=](Backward& b) {
        const Tensor dy = b.dy().dense();
        b.add(0, scatter_rows(b.context(), at, dy.reshape({dy.n_elements(), 1}), x_shape.n_elements(), {})
                     .reshape(x_shape));
      },
      mixing);
}

namespace {

Tensor checked_indices(const char* operation, const Tensor& indices, int64_t size) {
  if (indices.dtype() != DType::kI64) {
    throw DTypeError(std::string(operation) + ": indices must be i64, not " +
                     std::string(name_of(indices.dtype())));
  }
  const Tensor dense = indices.dense();
  for (int64_t i = 0; i < dense.n_elements(); ++i) {
    const int64_t index = dense.data<int64_t>()[i];
    if (index < 0 || index >= size) {
      throw ArgumentError(std::string(operation) + ": index " + std::to_string(index) + " is outside 0 to " +
                          std::to_string(size - 1));
    }
  }
  return dense;
}

// The raster positions in `shape` that `index` names along `dim`.
Tensor positions_along(const char* operation, const Tensor& index, const Shape& shape, int64_t dim) {
  bool fits = index.n_dims() == shape.n_dims();
  for (int64_t d = 0; fits && d < shape.n_dims(); ++d) fits = d == dim || index.size(d) <= shape[d];
  if (!fits) {
    throw ShapeError(std::string(operation) + ": index " + index.shape().to_string() + " does not fit " +
                     shape.to_string() + " along dim " + std::to_string(dim));
  }
  const Tensor checked = checked_indices(operation, index, shape[dim]);
  Tensor positions = Tensor::empty(index.shape(), DType::kI64);
  Strides strides = dense_strides(shape);
  const int64_t along = strides[static_cast<size_t>(dim)];
  strides[static_cast<size_t>(dim)] = 0;
  const int64_t* in = checked.data<int64_t>();
  int64_t* out = positions.data<int64_t>();
  for_each_run<2>(index.shape(), {dense_strides(index.shape()), strides},
                  [&](auto offsets, int64_t n, auto steps) {
                    for (int64_t i = 0; i < n; ++i) {
                      const int64_t own = offsets[0] + i * steps[0];
                      out[own] = offsets[1] + i * steps[1] + in[own] * along;
                    }
                  });
  return positions;
}

}  // namespace

// --- reads and writes by index ---

Variable embedding(Tape& tape, const Tensor& indices, const Variable& table,
                   const EmbeddingOptions& options) {
  if (table.shape().n_dims() != 2) throw ShapeError("embedding: the table is " + table.shape().to_string());
  require_same_floating("embedding", table, {});
  const int64_t n_rows = table.shape()[0], width = table.shape()[1];
  if (options.padding_index && (*options.padding_index < 0 || *options.padding_index >= n_rows)) {
    throw ArgumentError("embedding: padding_index " + std::to_string(*options.padding_index) +
                        " is no row of the table " + table.shape().to_string());
  }
  const Tensor index = checked_indices("embedding", indices, n_rows);
  const std::vector<int64_t> rows = index.reshape({index.n_elements()}).to_vector<int64_t>();
  Shape shape = indices.shape();
  shape.append(width);
  const Tensor y = select_indices(table.value(), 0, rows).reshape(shape);
  const auto backward = [=](Backward& b) {
    const Tensor dy = b.dy().dense().reshape({index.n_elements(), width});
    const Tensor flat = index.reshape({index.n_elements()});
    const auto gradient_of = [&](int64_t begin, int64_t end) {
      Tensor gradient =
          scatter_rows(b.context(), flat.slice(0, begin, end), dy.slice(0, begin, end), n_rows, {});
      if (options.padding_index) gradient.select(0, *options.padding_index).fill(0.0);
      return gradient;
    };
    if (!b.sums_over_shards(1)) {
      b.add(1, gradient_of(0, flat.n_elements()));
      return;
    }
    const int64_t per_shard = b.tape().rows_per_shard(flat.n_elements()), n_shards = b.tape().n_shards();
    Tensor shards = Tensor::empty({n_shards, n_rows, width}, dy.dtype());
    for (int64_t s = 0; s < n_shards; ++s) {
      shards.select(0, s).copy_from(
          gradient_of(s * per_shard, std::min((s + 1) * per_shard, flat.n_elements())));
    }
    b.add_shards(1, std::move(shards));
  };
  // The indices take part only as what makes the result batched.
  const Variable samples = options.batched_indices ? tape.batch(indices) : tape.constant(indices);
  return tape.record(y, {samples, table}, backward, table.batched() ? "embedding" : nullptr);
}

Variable index_select(Tape& tape, const Variable& x, int64_t dim, const Tensor& indices) {
  const int64_t d = x.shape().checked_dim(dim);
  if (indices.n_dims() != 1) {
    throw ShapeError("index_select: the indices must be a list, not " + indices.shape().to_string());
  }
  const Tensor index = checked_indices("index_select", indices, x.shape()[d]);
  const Tensor positions = select_indices(Tensor::arange(x.shape().n_elements()).reshape(x.shape()), d,
                                          index.reshape({index.n_elements()}).to_vector<int64_t>());
  return gather_elements(tape, x, positions, d == 0 ? "index_select" : nullptr);
}

namespace {

Variable gather_for(const char* operation, Tape& tape, const Variable& x, int64_t d, const Tensor& index) {
  const bool keeps_samples = d != 0 && index.n_dims() > 0 && index.size(0) == x.shape()[0];
  return gather_elements(tape, x, positions_along(operation, index, x.shape(), d),
                         keeps_samples ? nullptr : operation);
}

}  // namespace

Variable gather(Tape& tape, const Variable& x, int64_t dim, const Tensor& index) {
  return gather_for("gather", tape, x, x.shape().checked_dim(dim), index);
}

Variable scatter_add(Tape& tape, const Variable& base, int64_t dim, const Tensor& index,
                     const Variable& source) {
  require_same_floating("scatter_add", base, source);
  const int64_t d = base.shape().checked_dim(dim);
  if (index.shape() != source.shape()) {
    throw ShapeError("scatter_add: index " + index.shape().to_string() + " and source " +
                     source.shape().to_string() + " must be alike");
  }
  const Tensor positions = positions_along("scatter_add", index, base.shape(), d);
  const int64_t n = base.shape().n_elements(), n_sources = index.n_elements();
  const Tensor y =
      scatter_rows(tape.context(), positions.reshape({n_sources}),
                   source.value().dense().reshape({n_sources, 1}), n, base.value().dense().reshape({n, 1}))
          .reshape(base.shape());
  const bool keeps_samples =
      d != 0 && index.n_dims() > 0 && index.size(0) == base.shape()[0] && base.batched() == source.batched();
  return tape.record(
      y, {base, source},
      [=](Backward& b) {
        b.add_broadcast(0, b.dy());
        if (!b.needs(1)) return;
        const Tensor dy = b.dy().dense();
        Tensor dsource = Tensor::empty(index.shape(), dy.dtype());
        dispatch_floating(dy.dtype(), "scatter_add", [&]<class T>() {
          for (int64_t i = 0; i < n_sources; ++i) {
            dsource.data<T>()[i] = dy.data<T>()[positions.data<int64_t>()[i]];
          }
        });
        b.add(1, std::move(dsource));
      },
      keeps_samples ? nullptr : "scatter_add");
}

// --- sorting ---

namespace {

// Section 9.2's order: numbers by <, zeros tie, NaN above everything, NaNs tie.
template <class T>
bool before(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return a < b || (b != b && a == a);
  } else {
    return a < b;
  }
}

// Along `dim`: calls line(in, stride, n, number) for every line of a dense tensor.
template <class T>
void for_each_line(const Tensor& x, int64_t dim, const auto& line) {
  const int64_t n = x.size(dim), inner = x.shape().slice(dim + 1, x.n_dims()).n_elements();
  const int64_t outer = x.shape().slice(0, dim).n_elements();
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t i = 0; i < inner; ++i) line(x.data<T>() + o * n * inner + i, inner, n, o * inner + i);
  }
}

Tensor sorted_indices(const Tensor& x, int64_t dim, bool descending, int64_t k) {
  const Tensor source = x.dense();
  Tensor indices = Tensor::empty(x.shape().with(dim, k), DType::kI64);
  dispatch_dtype(x.dtype(), [&]<class T>() {
    std::vector<int64_t> order(static_cast<size_t>(x.size(dim)));
    for_each_line<T>(source, dim, [&](const T* in, int64_t stride, int64_t n, int64_t number) {
      for (int64_t i = 0; i < n; ++i) order[static_cast<size_t>(i)] = i;
      // Equal keys by index: a stable order that needs no memory of its own.
      std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
        const T left = in[(descending ? b : a) * stride], right = in[(descending ? a : b) * stride];
        return before(left, right) || (!before(right, left) && a < b);
      });
      int64_t* out = indices.data<int64_t>() + number / stride * k * stride + number % stride;
      for (int64_t i = 0; i < k; ++i) out[i * stride] = order[static_cast<size_t>(i)];
    });
  });
  return indices;
}

Tensor arg_extreme(const Tensor& x, int64_t dim, bool maximum) {
  const int64_t d = x.shape().checked_dim(dim);
  if (x.size(d) == 0) throw ShapeError("no extreme along an empty dim of " + x.shape().to_string());
  const Tensor source = x.dense();
  Tensor result = Tensor::empty(x.shape().without(d), DType::kI64);
  dispatch_dtype(x.dtype(), [&]<class T>() {
    for_each_line<T>(source, d, [&](const T* in, int64_t stride, int64_t n, int64_t number) {
      int64_t best = 0;
      for (int64_t i = 1; i < n; ++i) {
        const T a = in[best * stride], b = in[i * stride];
        const bool nan_wins = b != b && a == a;
        if (nan_wins || (maximum ? b > a : b < a)) best = i;
      }
      result.data<int64_t>()[number] = best;
    });
  });
  return result;
}

}  // namespace

namespace {

Sorted sorted(const char* operation, Tape& tape, const Variable& x, int64_t k, int64_t d, bool descending) {
  const Tensor indices = sorted_indices(x.value(), d, descending, k);
  return {gather_for(operation, tape, x, d, indices), indices};
}

}  // namespace

Sorted top_k(Tape& tape, const Variable& x, int64_t k, int64_t dim, bool largest) {
  const int64_t d = x.shape().checked_dim(dim);
  if (k < 0 || k > x.shape()[d]) {
    throw ArgumentError("top_k: k is " + std::to_string(k) + " and the dim has " +
                        std::to_string(x.shape()[d]));
  }
  return sorted("top_k", tape, x, k, d, largest);
}

Sorted sort(Tape& tape, const Variable& x, int64_t dim, bool descending) {
  const int64_t d = x.shape().checked_dim(dim);
  return sorted("sort", tape, x, x.shape()[d], d, descending);
}

Tensor arg_max(const Tensor& x, int64_t dim) { return arg_extreme(x, dim, true); }
Tensor arg_min(const Tensor& x, int64_t dim) { return arg_extreme(x, dim, false); }

}  // namespace ibid::ops
