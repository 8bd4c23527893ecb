#include "ibid/ops/elementwise.h"

#include <bit>

#include "engine/ops/apply_binary.h"
#include "engine/ops/apply_unary.h"
#include "engine/ops/common.h"

namespace ibid::ops {
namespace {

using kernels::BinaryOp;
using kernels::Operand;
using kernels::UnaryOp;

// --- one operand ---

}  // namespace

Tensor apply_unary(Context& context, UnaryOp op, const Tensor& x, double parameter) {
  const Tensor in = x.dense();
  Tensor y = Tensor::empty(x.shape(), x.dtype());
  dispatch_floating(x.dtype(), "an elementwise function", [&]<class T>() {
    kernels::UnaryArgs<T> args{op, static_cast<T>(parameter), y.n_elements(), in.data<T>(), y.data<T>()};
    kernels_of<T>(context).unary(args, context.executor());
  });
  return y;
}

namespace {

Variable unary(Tape& tape, const Variable& x, UnaryOp op, double parameter = 0.0) {
  const Tensor y = apply_unary(tape.context(), op, x.value(), parameter);
  const kernels::GradientNeeds needs = kernels::gradient_needs(op);
  const Tensor kept_x = needs.x ? x.value().dense() : Tensor(), kept_y = needs.y ? y : Tensor();
  return tape.record(y, {x}, [=](Backward& b) {
    const Tensor dy = b.dy().dense();
    Tensor dx = Tensor::empty(dy.shape(), dy.dtype());
    dispatch_floating(dy.dtype(), "an elementwise function", [&]<class T>() {
      kernels::UnaryGradientArgs<T> args;
      args.op = op;
      args.parameter = static_cast<T>(parameter);
      args.size = dy.n_elements();
      args.dy = dy.data<T>();
      args.x = kept_x.defined() ? kept_x.data<T>() : nullptr;
      args.y = kept_y.defined() ? kept_y.data<T>() : nullptr;
      args.dx = dx.data<T>();
      kernels_of<T>(b.context()).unary_gradient(args, b.context().executor());
    });
    b.add(0, std::move(dx));
  });
}

// --- two operands ---

// The elements of `shape` without its leading 1s: what a row operand has to be.
Shape without_leading_ones(const Shape& shape) {
  int64_t first = 0;
  while (first < shape.n_dims() && shape[first] == 1) ++first;
  return shape.slice(first, shape.n_dims());
}

// An operand as the kernel takes it: dense, one row repeated, or one value; anything else is written out
// first.
struct PreparedOperand {
  Tensor value;
  Operand layout;
};

PreparedOperand prepare(const Tensor& operand, const Shape& shape) {
  if (operand.shape() == shape) return {operand.dense(), Operand::kDense};
  if (operand.n_elements() == 1) return {operand.dense(), Operand::kScalar};
  const Shape row = without_leading_ones(operand.shape());
  if (row.n_dims() <= shape.n_dims() && row == shape.slice(shape.n_dims() - row.n_dims(), shape.n_dims())) {
    return {operand.dense(), Operand::kRow};
  }
  return {operand.broadcast_to(shape).dense(), Operand::kDense};
}

}  // namespace

Tensor apply_binary(Context& context, BinaryOp op, const Tensor& a, const Tensor& b) {
  const Shape shape = broadcast_shapes(a.shape(), b.shape());
  PreparedOperand left = prepare(a, shape), right = prepare(b, shape);
  int64_t cols = shape.n_elements();
  if (left.layout == Operand::kRow) cols = left.value.n_elements();
  if (right.layout == Operand::kRow) {
    if (left.layout == Operand::kRow) left = {a.broadcast_to(shape).dense(), Operand::kDense};
    cols = right.value.n_elements();
  }
  Tensor y = Tensor::empty(shape, a.dtype());
  if (y.n_elements() == 0) return y;
  dispatch_floating(a.dtype(), "an elementwise operation", [&]<class T>() {
    kernels::BinaryArgs<T> args;
    args.op = op;
    args.rows = y.n_elements() / cols;
    args.cols = cols;
    args.a = left.value.data<T>();
    args.a_layout = left.layout;
    args.b = right.value.data<T>();
    args.b_layout = right.layout;
    args.y = y.data<T>();
    kernels_of<T>(context).binary(args, context.executor());
  });
  return y;
}

namespace {

// The operation's name unless the samples stay outermost: the result's first dim must be that of the batched
// operand.
const char* mixing(const char* operation, const Variable& a, const Variable& b, const Shape& shape) {
  const auto moved = [&](const Variable& v) {
    return v.batched() && (v.shape().n_dims() != shape.n_dims() || v.shape()[0] != shape[0]);
  };
  return moved(a) || moved(b) ? operation : nullptr;
}

Variable binary(Tape& tape, const char* name, BinaryOp op, const Variable& a, const Variable& b,
                BackwardFunction backward) {
  require_same_floating(name, a, b);
  const Tensor y = apply_binary(tape.context(), op, a.value(), b.value());
  return tape.record(y, {a, b}, std::move(backward), mixing(name, a, b, y.shape()));
}

Tensor negated(Context& context, const Tensor& x) { return apply_unary(context, UnaryOp::kNegate, x); }

// The gradient of maximum and minimum goes to the operand whose element was taken.
Variable extreme(Tape& tape, const char* name, BinaryOp op, const Variable& a, const Variable& b) {
  const Tensor av = a.value(), bv = b.value();
  const bool maximum = op == BinaryOp::kMaximum;
  return binary(tape, name, op, a, b, [=](Backward& back) {
    const Shape shape = back.dy().shape();
    const Tensor dy = back.dy().dense(), left = av.broadcast_to(shape).dense(),
                 right = bv.broadcast_to(shape).dense();
    Tensor da = Tensor::zeros(shape, dy.dtype()), db = Tensor::zeros(shape, dy.dtype());
    dispatch_floating(dy.dtype(), "maximum", [&]<class T>() {
      for (int64_t i = 0; i < dy.n_elements(); ++i) {
        const T l = left.data<T>()[i], r = right.data<T>()[i];
        const bool right_beats = (maximum ? r > l : r < l) || (r != r && l == l);
        (right_beats ? db : da).template data<T>()[i] = dy.data<T>()[i];
      }
    });
    back.add_broadcast(0, da);
    back.add_broadcast(1, db);
  });
}

}  // namespace

Variable add(Tape& tape, const Variable& a, const Variable& b) {
  return binary(tape, "add", BinaryOp::kAdd, a, b, [](Backward& back) {
    back.add_broadcast(0, back.dy());
    back.add_broadcast(1, back.dy());
  });
}

Variable sub(Tape& tape, const Variable& a, const Variable& b) {
  return binary(tape, "sub", BinaryOp::kSubtract, a, b, [](Backward& back) {
    back.add_broadcast(0, back.dy());
    if (back.needs(1)) back.add_broadcast(1, negated(back.context(), back.dy()));
  });
}

Variable mul(Tape& tape, const Variable& a, const Variable& b) {
  const Tensor av = a.value(), bv = b.value();
  return binary(tape, "mul", BinaryOp::kMultiply, a, b, [=](Backward& back) {
    Context& context = back.context();
    if (back.needs(0)) back.add_broadcast(0, apply_binary(context, BinaryOp::kMultiply, back.dy(), bv));
    if (back.needs(1)) back.add_broadcast(1, apply_binary(context, BinaryOp::kMultiply, back.dy(), av));
  });
}

Variable div(Tape& tape, const Variable& a, const Variable& b) {
  require_same_floating("div", a, b);
  const Tensor bv = b.value();
  const Tensor y = apply_binary(tape.context(), BinaryOp::kDivide, a.value(), bv);
  const auto backward = [=](Backward& back) {
    Context& context = back.context();
    if (back.needs(0)) back.add_broadcast(0, apply_binary(context, BinaryOp::kDivide, back.dy(), bv));
    if (!back.needs(1)) return;
    const Tensor product = apply_binary(context, BinaryOp::kMultiply, back.dy(), y);
    back.add_broadcast(1, negated(context, apply_binary(context, BinaryOp::kDivide, product, bv)));
  };
  return tape.record(y, {a, b}, backward, mixing("div", a, b, y.shape()));
}

Variable maximum(Tape& tape, const Variable& a, const Variable& b) {
  return extreme(tape, "maximum", BinaryOp::kMaximum, a, b);
}
Variable minimum(Tape& tape, const Variable& a, const Variable& b) {
  return extreme(tape, "minimum", BinaryOp::kMinimum, a, b);
}

Variable add_scalar(Tape& tape, const Variable& x, double value) {
  return add(tape, x, tape.constant(Tensor::scalar(value, x.dtype())));
}
Variable mul_scalar(Tape& tape, const Variable& x, double value) {
  return mul(tape, x, tape.constant(Tensor::scalar(value, x.dtype())));
}

Variable relu(Tape& tape, const Variable& x) { return unary(tape, x, UnaryOp::kRelu); }
Variable leaky_relu(Tape& tape, const Variable& x, double slope) {
  return unary(tape, x, UnaryOp::kLeakyRelu, slope);
}
Variable sigmoid(Tape& tape, const Variable& x) { return unary(tape, x, UnaryOp::kSigmoid); }
Variable silu(Tape& tape, const Variable& x) { return unary(tape, x, UnaryOp::kSilu); }
Variable tanh(Tape& tape, const Variable& x) { return unary(tape, x, UnaryOp::kTanh); }
Variable gelu(Tape& tape, const Variable& x) { return unary(tape, x, UnaryOp::kGelu); }
Variable gelu_tanh(Tape& tape, const Variable& x) { return unary(tape, x, UnaryOp::kGeluTanh); }
Variable softplus(Tape& tape, const Variable& x) { return unary(tape, x, UnaryOp::kSoftplus); }
Variable exp(Tape& tape, const Variable& x) { return unary(tape, x, UnaryOp::kExp); }
Variable expm1(Tape& tape, const Variable& x) { return unary(tape, x, UnaryOp::kExpm1); }
Variable log(Tape& tape, const Variable& x) { return unary(tape, x, UnaryOp::kLog); }
Variable log1p(Tape& tape, const Variable& x) { return unary(tape, x, UnaryOp::kLog1p); }
Variable erf(Tape& tape, const Variable& x) { return unary(tape, x, UnaryOp::kErf); }
Variable sin(Tape& tape, const Variable& x) { return unary(tape, x, UnaryOp::kSin); }
Variable cos(Tape& tape, const Variable& x) { return unary(tape, x, UnaryOp::kCos); }
Variable sqrt(Tape& tape, const Variable& x) { return unary(tape, x, UnaryOp::kSqrt); }
Variable rsqrt(Tape& tape, const Variable& x) { return unary(tape, x, UnaryOp::kRsqrt); }
Variable abs(Tape& tape, const Variable& x) { return unary(tape, x, UnaryOp::kAbs); }
Variable neg(Tape& tape, const Variable& x) { return unary(tape, x, UnaryOp::kNegate); }

// --- powers (section 8.3) ---

namespace {

// Left-to-right square and multiply on |n| in binary64, 1 / that for n < 0.
double integer_power(double x, int64_t n) {
  if (n == 0) return 1.0;
  const uint64_t magnitude = n < 0 ? uint64_t{0} - static_cast<uint64_t>(n) : static_cast<uint64_t>(n);
  double result = x;
  for (int bit = static_cast<int>(std::bit_width(magnitude)) - 2; bit >= 0; --bit) {
    result = result * result;
    if ((magnitude >> bit) & 1) result = result * x;
  }
  return n < 0 ? 1.0 / result : result;
}

template <class T>
T power_of(T x, int64_t n) {
  if (n == 2) return x * x;
  return static_cast<T>(integer_power(static_cast<double>(x), n));
}

}  // namespace

Tensor apply_power(const Tensor& x, int64_t n) {
  const Tensor in = x.dense();
  Tensor y = Tensor::empty(x.shape(), x.dtype());
  dispatch_floating(x.dtype(), "power", [&]<class T>() {
    for (int64_t i = 0; i < y.n_elements(); ++i) y.data<T>()[i] = power_of(in.data<T>()[i], n);
  });
  return y;
}

Variable power(Tape& tape, const Variable& x, int64_t exponent) {
  require_same_floating("power", x, {});
  const Tensor in = x.value();
  return tape.record(apply_power(in, exponent), {x}, [=](Backward& b) {
    Context& context = b.context();
    if (exponent == 0) return b.add(0, Tensor::zeros(in.shape(), in.dtype()));  // a constant, also at 0
    const Tensor slope = apply_binary(context, BinaryOp::kMultiply, apply_power(in, exponent - 1),
                                      Tensor::scalar(static_cast<double>(exponent), in.dtype()));
    b.add(0, apply_binary(context, BinaryOp::kMultiply, b.dy(), slope));
  });
}

// --- selection and comparison ---

Variable where(Tape& tape, const Tensor& condition, const Variable& a, const Variable& b) {
  require_same_floating("where", a, b);
  if (condition.dtype() != DType::kBool) throw DTypeError("where: the condition is " + condition.describe());
  const Shape shape = broadcast_shapes(condition.shape(), broadcast_shapes(a.shape(), b.shape()));
  const Tensor taken = condition.broadcast_to(shape).dense();
  const auto chosen = [=](const Tensor& if_true, const Tensor& if_false) {
    const Tensor t = if_true.broadcast_to(shape).dense(), f = if_false.broadcast_to(shape).dense();
    Tensor result = Tensor::empty(shape, t.dtype());
    dispatch_floating(t.dtype(), "where", [&]<class T>() {
      for (int64_t i = 0; i < result.n_elements(); ++i) {
        result.data<T>()[i] = taken.data<bool>()[i] ? t.data<T>()[i] : f.data<T>()[i];
      }
    });
    return result;
  };
  return tape.record(
      chosen(a.value(), b.value()), {a, b},
      [=](Backward& back) {
        const Tensor none = Tensor::zeros({}, back.dy().dtype());
        back.add_broadcast(0, chosen(back.dy(), none));
        back.add_broadcast(1, chosen(none, back.dy()));
      },
      mixing("where", a, b, shape));
}

Tensor compare(Comparison comparison, const Tensor& a, const Tensor& b) {
  const DType dtype = promote(a.dtype(), b.dtype());
  const Shape shape = broadcast_shapes(a.shape(), b.shape());
  const Tensor left = a.to(dtype).broadcast_to(shape).dense(),
               right = b.to(dtype).broadcast_to(shape).dense();
  Tensor result = Tensor::empty(shape, DType::kBool);
  dispatch_dtype(dtype, [&]<class T>() {
    for (int64_t i = 0; i < result.n_elements(); ++i) {
      const T l = left.data<T>()[i], r = right.data<T>()[i];
      bool holds = false;
      switch (comparison) {
        case Comparison::kEqual:
          holds = l == r;
          break;
        case Comparison::kNotEqual:
          holds = l != r;
          break;
        case Comparison::kLess:
          holds = l < r;
          break;
        case Comparison::kLessEqual:
          holds = l <= r;
          break;
        case Comparison::kGreater:
          holds = l > r;
          break;
        case Comparison::kGreaterEqual:
          holds = l >= r;
          break;
      }
      result.data<bool>()[i] = holds;
    }
  });
  return result;
}

}  // namespace ibid::ops
