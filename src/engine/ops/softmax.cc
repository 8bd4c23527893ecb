// Section 4.1. Over the last dim one kernel does it all; over another dim, neighbours in memory belong to
// different rows, and the sums follow the column rule (3.2), so the parts are put together from the general
// reductions.

#include "engine/kernels/ref/fused.h"
#include "engine/ops/apply_binary.h"
#include "engine/ops/apply_unary.h"
#include "engine/ops/common.h"
#include "engine/ops/reduction.h"
#include "ibid/ops/elementwise.h"

namespace ibid::ops {
namespace {

using kernels::BinaryOp;
using kernels::Reduction;
using kernels::UnaryOp;

// --- rows ---

Tensor rows_forward(Context& context, const Tensor& x, int64_t cols, bool logarithm) {
  const Tensor in = x.dense();
  Tensor y = Tensor::empty(in.shape(), in.dtype());
  dispatch_floating(in.dtype(), "softmax", [&]<class T>() {
    kernels::SoftmaxArgs<T> args{logarithm, cols == 0 ? 0 : in.n_elements() / cols, cols, in.data<T>(),
                                 y.data<T>()};
    kernels_of<T>(context).softmax(args, context.executor());
  });
  return y;
}

Tensor rows_gradient(Context& context, const Tensor& dy, const Tensor& y, int64_t cols, bool logarithm) {
  Tensor dx = Tensor::empty(dy.shape(), dy.dtype());
  dispatch_floating(dy.dtype(), "softmax", [&]<class T>() {
    kernels::SoftmaxGradientArgs<T> args{
        logarithm, cols == 0 ? 0 : dy.n_elements() / cols, cols, dy.data<T>(), y.data<T>(), dx.data<T>()};
    kernels_of<T>(context).softmax_gradient(args, context.executor());
  });
  return dx;
}

// --- columns ---

Tensor reduced(Context& context, Reduction op, const Tensor& x, int64_t dim, const Tensor& other = {}) {
  return reduce(context, op, x, {dim}, other).reshape(x.shape().with(dim, 1));
}

Tensor columns_forward(Context& context, const Tensor& x, int64_t dim, bool logarithm) {
  const Tensor m = reduced(context, Reduction::kMax, x, dim);
  const Tensor shifted = apply_binary(context, BinaryOp::kSubtract, x, m);
  const Tensor e = apply_unary(context, UnaryOp::kExp, shifted);
  const Tensor s = reduced(context, Reduction::kSum, e, dim);
  if (!logarithm) return apply_binary(context, BinaryOp::kDivide, e, s);
  return apply_binary(context, BinaryOp::kSubtract, shifted, apply_unary(context, UnaryOp::kLog, s));
}

Tensor columns_gradient(Context& context, const Tensor& dy, const Tensor& y, int64_t dim, bool logarithm) {
  if (!logarithm) {
    const Tensor t = reduced(context, Reduction::kDot, dy, dim, y);
    return apply_binary(context, BinaryOp::kMultiply, y, apply_binary(context, BinaryOp::kSubtract, dy, t));
  }
  const Tensor t = reduced(context, Reduction::kSum, dy, dim).broadcast_to(dy.shape()).dense();
  const Tensor e = apply_unary(context, UnaryOp::kExp, y);
  Tensor dx = Tensor::empty(dy.shape(), dy.dtype());
  dispatch_floating(dy.dtype(), "log_softmax", [&]<class T>() {
    for (int64_t i = 0; i < dx.n_elements(); ++i)
      dx.data<T>()[i] = kernels::fused(-e.data<T>()[i], t.data<T>()[i], dy.data<T>()[i]);
  });
  return dx;
}

Variable softmax_over(Tape& tape, const Variable& x, int64_t dim, bool logarithm) {
  require_same_floating("softmax", x, {});
  const int64_t d = x.shape().checked_dim(dim), cols = x.shape()[d];
  // Dims of size 1 do not count (section 0.5).
  const bool by_rows = x.shape().slice(d + 1, x.shape().n_dims()).n_elements() == 1 || cols == 0;
  const Tensor y = by_rows ? rows_forward(tape.context(), x.value(), cols, logarithm)
                           : columns_forward(tape.context(), x.value(), d, logarithm);
  return tape.record(
      y, {x},
      [=](Backward& b) {
        const Tensor dy = b.dy().dense();
        b.add(0, by_rows ? rows_gradient(b.context(), dy, y, cols, logarithm)
                         : columns_gradient(b.context(), dy, y, d, logarithm));
      },
      d == 0 ? (logarithm ? "log_softmax" : "softmax") : nullptr);
}

}  // namespace

Variable softmax(Tape& tape, const Variable& x, int64_t dim) { return softmax_over(tape, x, dim, false); }
Variable log_softmax(Tape& tape, const Variable& x, int64_t dim) { return softmax_over(tape, x, dim, true); }

}  // namespace ibid::ops
