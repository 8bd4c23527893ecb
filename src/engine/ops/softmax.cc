// Section 4.1, over any one dim: that dim is brought to the end, so that one rule (the lane rule) serves all.

#include "engine/ops/common.h"
#include "ibid/ops/elementwise.h"

namespace ibid::ops {
namespace {

Variable softmax_over(Tape& tape, const Variable& x, int64_t dim, bool logarithm) {
  require_same_floating("softmax", x, {});
  const int64_t d = x.shape().checked_dim(dim), last = x.shape().n_dims() - 1;
  const Tensor in = x.value().transpose(d, last).dense();
  const int64_t cols = in.size(-1), rows = cols == 0 ? 0 : in.n_elements() / cols;
  Tensor y = Tensor::empty(in.shape(), in.dtype());
  dispatch_floating(in.dtype(), "softmax", [&]<class T>() {
    kernels::SoftmaxArgs<T> args{logarithm, rows, cols, in.data<T>(), y.data<T>()};
    kernels_of<T>(tape.context()).softmax(args, tape.context().executor());
  });
  return tape.record(
      y.transpose(d, last), {x},
      [=](Backward& b) {
        const Tensor dy = b.dy().transpose(d, last).dense();
        Tensor dx = Tensor::empty(dy.shape(), dy.dtype());
        dispatch_floating(dy.dtype(), "softmax", [&]<class T>() {
          kernels::SoftmaxGradientArgs<T> args{logarithm,    rows,        cols,
                                               dy.data<T>(), y.data<T>(), dx.data<T>()};
          kernels_of<T>(b.context()).softmax_gradient(args, b.context().executor());
        });
        b.add(0, dx.transpose(d, last));
      },
      x.batched() && d == 0);
}

}  // namespace

Variable softmax(Tape& tape, const Variable& x, int64_t dim) { return softmax_over(tape, x, dim, false); }
Variable log_softmax(Tape& tape, const Variable& x, int64_t dim) { return softmax_over(tape, x, dim, true); }

}  // namespace ibid::ops
