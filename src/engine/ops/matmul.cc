#include "engine/ops/common.h"
#include "engine/ops/weight_gradient.h"
#include "ibid/ops/linear.h"
#include "ibid/ops/shape.h"

namespace ibid::ops {
namespace {

// op(A) op(B) over the last two dims; leading dims are equal, or `b` has none.
Tensor product(Context& context, const Tensor& a, const Tensor& b) {
  const int64_t m = a.size(-2), k = a.size(-1), n = b.size(-1);
  Shape shape = a.shape().slice(0, a.n_dims() - 2);
  const int64_t batch = shape.n_elements();
  shape.append(m);
  shape.append(n);
  Tensor c = Tensor::empty(shape, a.dtype());
  // Transposed views reach the kernel as strides; only odd leading layouts are written out.
  const Tensor left = a.n_dims() == 2 ? a : a.reshape({batch, m, k});
  const Tensor right = b.n_dims() == 2 ? b : b.reshape({batch, k, n});
  dispatch_floating(a.dtype(), "matmul", [&]<class T>() {
    kernels::GemmArgs<T> g;
    g.batch = batch, g.m = m, g.n = n, g.k = k;
    g.a = left.data<T>(), g.a_row = left.stride(-2), g.a_col = left.stride(-1);
    g.a_batch = left.n_dims() == 3 ? left.stride(0) : 0;
    g.b = right.data<T>(), g.b_row = right.stride(-2), g.b_col = right.stride(-1);
    g.b_batch = right.n_dims() == 3 ? right.stride(0) : 0;
    g.c = c.data<T>(), g.c_row = n, g.c_batch = m * n;
    kernels_of<T>(context).gemm(g, context.executor());
  });
  return c;
}

// x with its leading dims broadcast.
Tensor with_leading(const Tensor& x, const Shape& leading) {
  Shape shape = leading;
  shape.append(x.size(-2));
  shape.append(x.size(-1));
  return x.broadcast_to(shape);
}

// Both operands with at least two dims.
Variable matmul_2d(Tape& tape, const Variable& a, const Variable& b) {
  const Tensor av = a.value(), bv = b.value();
  if (av.size(-1) != bv.size(-2)) {
    throw ShapeError("matmul: " + av.shape().to_string() + " times " + bv.shape().to_string() +
                     ": the last dim of the first must be the second to last of the second");
  }
  const Shape leading =
      broadcast_shapes(av.shape().slice(0, av.n_dims() - 2), bv.shape().slice(0, bv.n_dims() - 2));
  const bool rows_only = bv.n_dims() == 2;  // every row of the left operand meets the same matrix
  const bool moves_samples = (a.batched() && a.shape().n_dims() - 2 != leading.n_dims()) ||
                             (b.batched() && b.shape().n_dims() - 2 != leading.n_dims()) ||
                             (a.batched() && a.shape().n_dims() > 2 && a.shape()[0] != leading[0]) ||
                             (b.batched() && b.shape().n_dims() == 2);
  const Tensor left = rows_only ? av : with_leading(av, leading);
  const Tensor right = rows_only ? bv : with_leading(bv, leading);
  const Tensor y = product(tape.context(), left, right);
  return tape.record(
      y, {a, b},
      [=](Backward& back) {
        Context& context = back.context();
        if (back.needs(0))
          back.add_broadcast(0, product(context, back.dy().dense(), right.transpose(-1, -2)));
        if (!back.needs(1)) return;
        if (rows_only) {
          add_weight_gradient(back, 1, left.dense(), back.dy().dense());
        } else {
          back.add_broadcast(1, product(context, left.transpose(-1, -2), back.dy().dense()));
        }
      },
      moves_samples ? "matmul" : nullptr);
}

}  // namespace

Variable matmul(Tape& tape, const Variable& a, const Variable& b) {
  require_same_floating("matmul", a, b);
  const int64_t a_dims = a.shape().n_dims(), b_dims = b.shape().n_dims();
  if (a_dims == 0 || b_dims == 0) throw ShapeError("matmul needs operands of at least one dim");
  const Variable row = a_dims == 1 ? reshape(tape, a, {1, a.shape()[0]}) : a;
  const Variable column = b_dims == 1 ? reshape(tape, b, {b.shape()[0], 1}) : b;
  const Variable y = matmul_2d(tape, row, column);
  if (a_dims > 1 && b_dims > 1) return y;
  Shape shape = y.shape();
  if (b_dims == 1) shape = shape.without(-1);
  if (a_dims == 1) shape = shape.without(b_dims == 1 ? -1 : -2);
  return reshape(tape, y, shape);
}

}  // namespace ibid::ops
