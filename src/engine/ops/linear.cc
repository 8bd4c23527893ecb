#include "ibid/ops/linear.h"

#include "engine/ops/column_sums.h"
#include "engine/ops/common.h"
#include "engine/ops/weight_gradient.h"

namespace ibid::ops {
namespace {

void run_gemm(const Context& context, DType dtype, const auto& fill) {
  dispatch_floating(dtype, "matmul", [&]<class T>() {
    kernels::GemmArgs<T> args;
    fill(args);
    kernels_of<T>(context).gemm(args, context.executor());
  });
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
  const auto backward = [=](Backward& b) {
    const Tensor dy = fused == Fused::kRelu ? relu_masked(b.context(), b.dy(), y) : b.dy().dense();
    if (b.needs(1)) add_weight_gradient(b, 1, dy, xv);
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
  };
  // Weights made from samples mix them: the result is then a value of the whole pass.
  return tape.record(y, inputs, backward, weight.batched() || bias.batched() ? "linear" : nullptr);
}

}  // namespace ibid::ops
