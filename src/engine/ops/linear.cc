#include "ibid/ops/linear.h"

#include "engine/ops/column_sums.h"
#include "engine/ops/common.h"

namespace ibid::ops {
namespace {

void run_gemm(const Context& context, DType dtype, const auto& fill) {
  dispatch_floating(dtype, "matmul", [&]<class T>() {
    kernels::GemmArgs<T> args;
    fill(args);
    kernels_of<T>(context).gemm(args, context.executor());
  });
}

// The gradient of a weight used by every row: rows of dy and x paired, per shard.
void add_weight_gradient(Backward& b, size_t input, const Tensor& dy, const Tensor& x, int64_t rows) {
  const int64_t out = dy.size(-1), in = x.size(-1);
  const bool fold = b.wants_folded(input);
  const int64_t n_shards = b.tape().n_shards();
  Tensor dweight = Tensor::empty(fold ? Shape{out, in} : Shape{n_shards, out, in}, dy.dtype());
  dispatch_floating(dy.dtype(), "linear", [&]<class T>() {
    kernels::GemmShardsArgs<T> args;
    args.m = out;
    args.n = in;
    args.rows = rows;
    args.shard_rows = b.tape().rows_per_shard(rows);
    args.fold = fold;
    args.a = dy.data<T>();
    args.a_row = out;
    args.b = x.data<T>();
    args.b_row = in;
    args.c = dweight.data<T>();
    kernels_of<T>(b.context()).gemm_shards(args, b.context().executor());
  });
  fold ? b.add_folded(input, std::move(dweight)) : b.add_shards(input, std::move(dweight));
}

}  // namespace

Variable linear(Tape& tape, const Variable& x, const Variable& weight, const Variable& bias, Fused fused) {
  require_same_floating("linear", x, weight);
  require_same_floating("linear", x, bias);
  if (weight.shape().n_dims() != 2 || x.shape().n_dims() < 1 || x.shape()[-1] != weight.shape()[1]) {
    throw ShapeError("linear: input " + x.shape().to_string() + " and weight " + weight.shape().to_string() +
                     " do not fit; the last dim of the input must be the weight's second");
  }
  const int64_t in = weight.shape()[1], out = weight.shape()[0];
  if (!absent(bias) && bias.shape() != Shape{out}) {
    throw ShapeError("linear: bias " + bias.shape().to_string() + " for " + std::to_string(out) + " outputs");
  }
  const Tensor xv = x.value().dense(), wv = weight.value().dense();
  const Tensor bv = absent(bias) ? Tensor() : bias.value().dense();
  const int64_t rows = x.shape().slice(0, x.shape().n_dims() - 1).n_elements();
  Tensor y = Tensor::empty(x.shape().with(-1, out), x.dtype());
  run_gemm(tape.context(), x.dtype(), [&]<class T>(kernels::GemmArgs<T>& g) {
    g.m = rows, g.n = out, g.k = in;
    g.a = xv.data<T>(), g.a_row = in, g.a_col = 1;
    g.b = wv.data<T>(), g.b_row = 1, g.b_col = in;
    g.bias = bv.defined() ? bv.data<T>() : nullptr;
    g.activation = fused == Fused::kRelu ? kernels::Activation::kRelu : kernels::Activation::kNone;
    g.c = y.data<T>(), g.c_row = out;
  });
  std::vector<Variable> inputs{x, weight};
  if (!absent(bias)) inputs.push_back(bias);
  const bool has_bias = !absent(bias);
  return tape.record(y, inputs, [=](Backward& b) {
    const Tensor dy = fused == Fused::kRelu ? relu_masked(b.context(), b.dy(), y) : b.dy().dense();
    if (b.needs(1)) add_weight_gradient(b, 1, dy, xv, rows);
    if (has_bias && b.needs(2)) add_column_sums(b, 2, dy, Tensor());
    if (!b.needs(0)) return;
    Tensor dx = Tensor::empty(xv.shape(), dy.dtype());
    run_gemm(b.context(), dy.dtype(), [&]<class T>(kernels::GemmArgs<T>& g) {
      g.m = rows, g.n = in, g.k = out;
      g.a = dy.data<T>(), g.a_row = out, g.a_col = 1;
      g.b = wv.data<T>(), g.b_row = in, g.b_col = 1;
      g.c = dx.data<T>(), g.c_row = in;
    });
    b.add(0, std::move(dx));
  });
}

}  // namespace ibid::ops
