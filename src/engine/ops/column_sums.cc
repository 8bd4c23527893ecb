#include "engine/ops/column_sums.h"

#include <algorithm>

#include "base/check.h"
#include "engine/autograd/shards.h"
#include "engine/ops/common.h"
#include "engine/ops/reduction.h"

namespace ibid::ops {
namespace {

// The column rule over dy's leading dims, shard by shard when dy belongs to samples and the input does not.
void add_columns(Backward& b, size_t input, kernels::Reduction op, const Tensor& dy, const Tensor& other,
                 const Tensor& relu_output) {
  const Shape shape = b.input_shape(input);
  const int64_t cols = shape.n_elements();
  const int64_t rows = cols == 0 ? 0 : dy.n_elements() / cols;
  const bool per_shard = b.sums_over_shards(input);
  const bool fold = !per_shard || b.wants_folded(input);
  const int64_t n_shards = per_shard ? b.tape().n_shards() : 1;
  Tensor sums = Tensor::empty(fold ? Shape{cols} : Shape{n_shards, cols}, dy.dtype());
  dispatch_floating(dy.dtype(), "a bias gradient", [&]<class T>() {
    kernels::ReduceColumnsArgs<T> args;
    args.op = op;
    args.rows = rows;
    args.cols = cols;
    args.a = dy.data<T>();
    args.b = other.defined() ? other.data<T>() : nullptr;
    args.relu_output = relu_output.defined() ? relu_output.data<T>() : nullptr;
    args.shard_rows = per_shard ? b.tape().rows_per_shard(rows) : 0;
    args.fold = fold;
    args.y = sums.data<T>();
    kernels_of<T>(b.context()).reduce_columns(args, b.context().executor());
  });
  if (!per_shard) return b.add(input, sums.reshape(shape));
  if (fold) return b.add_folded(input, sums.reshape(shape));
  Shape stacked{n_shards};
  for (int64_t size : shape.sizes()) stacked.append(size);
  b.add_shards(input, sums.reshape(stacked));
}

}  // namespace

void add_column_sums(Backward& b, size_t input, const Tensor& dy, const Tensor& relu_output) {
  add_columns(b, input, kernels::Reduction::kSum, dy, {}, relu_output);
}

void add_column_dots(Backward& b, size_t input, const Tensor& dy, const Tensor& factor) {
  add_columns(b, input, kernels::Reduction::kDot, dy, factor, {});
}

Tensor relu_masked(Context& context, const Tensor& dy, const Tensor& relu_output) {
  const Tensor in = dy.dense(), output = relu_output.dense();
  Tensor result = Tensor::empty(dy.shape(), dy.dtype());
  dispatch_floating(dy.dtype(), "relu", [&]<class T>() {
    kernels::UnaryGradientArgs<T> args;
    args.op = kernels::UnaryOp::kRelu;
    args.size = in.n_elements();
    args.dy = in.data<T>();
    args.y = output.data<T>();
    args.dx = result.data<T>();
    kernels_of<T>(context).unary_gradient(args, context.executor());
  });
  return result;
}

}  // namespace ibid::ops

namespace ibid {

void Backward::add_broadcast(size_t input, const Tensor& contribution) {
  if (!needs(input)) return;
  const Shape shape = input_shape(input);
  const bool leads_with_samples = shape.n_dims() == contribution.n_dims() && shape.n_dims() > 0 &&
                                  shape[0] != 1 && shape[0] == contribution.size(0);
  if (!sums_over_shards(input) || leads_with_samples) {
    add(input, ops::sum_to_shape(context(), contribution, shape));
    return;
  }
  // What the input was broadcast over includes the samples: one sum per shard.
  const int64_t rows = contribution.size(0), per_shard = tape_.rows_per_shard(rows),
                n_shards = tape_.n_shards();
  Shape stacked{n_shards};
  for (int64_t size : shape.sizes()) stacked.append(size);
  Tensor shards = Tensor::empty(stacked, contribution.dtype());
  for (int64_t s = 0; s < n_shards; ++s) {
    const Tensor part = contribution.slice(0, s * per_shard, std::min(rows, (s + 1) * per_shard));
    shards.select(0, s).copy_from(ops::sum_to_shape(context(), part, shape));
  }
  // Closed also where nothing was left to add up, so that a shard without a contribution counts like one of
  // +0.
  const Tensor zeros = Tensor::zeros(stacked, contribution.dtype());
  add_shards(input, autograd::add_into(context(), std::move(shards), zeros));
}

}  // namespace ibid
