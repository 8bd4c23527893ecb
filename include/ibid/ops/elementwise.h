#pragma once

#include "ibid/tape.h"

// Element by element. Shapes of two operands are broadcast (aligned at the last dim, size 1 stretches); types must be
// alike. Order: section 8 for each function and its gradient; a broadcast operand's gradient is reduced by section 3.
// Errors: ShapeError, DTypeError (f32 and f64 only).
namespace ibid::ops {

Variable add(Tape& tape, const Variable& a, const Variable& b);
Variable sub(Tape& tape, const Variable& a, const Variable& b);
Variable mul(Tape& tape, const Variable& a, const Variable& b);
Variable div(Tape& tape, const Variable& a, const Variable& b);
Variable maximum(Tape& tape, const Variable& a, const Variable& b);
Variable minimum(Tape& tape, const Variable& a, const Variable& b);

// x + value, x * value; the scalar is rounded once to the type of x (section 0.1).
Variable add_scalar(Tape& tape, const Variable& x, double value);
Variable mul_scalar(Tape& tape, const Variable& x, double value);

Variable relu(Tape& tape, const Variable& x);
Variable leaky_relu(Tape& tape, const Variable& x, double slope = 0.01);
Variable sigmoid(Tape& tape, const Variable& x);
Variable silu(Tape& tape, const Variable& x);
Variable tanh(Tape& tape, const Variable& x);
Variable gelu(Tape& tape, const Variable& x);
Variable gelu_tanh(Tape& tape, const Variable& x);
Variable softplus(Tape& tape, const Variable& x);
Variable exp(Tape& tape, const Variable& x);
Variable expm1(Tape& tape, const Variable& x);
Variable log(Tape& tape, const Variable& x);
Variable log1p(Tape& tape, const Variable& x);
Variable erf(Tape& tape, const Variable& x);
Variable sin(Tape& tape, const Variable& x);
Variable cos(Tape& tape, const Variable& x);
Variable sqrt(Tape& tape, const Variable& x);
Variable rsqrt(Tape& tape, const Variable& x);
Variable abs(Tape& tape, const Variable& x);
Variable neg(Tape& tape, const Variable& x);
// x to an integer power (section 8.3).
Variable power(Tape& tape, const Variable& x, int64_t exponent);

// Softmax over one dim (section 4.1).
Variable softmax(Tape& tape, const Variable& x, int64_t dim = -1);
Variable log_softmax(Tape& tape, const Variable& x, int64_t dim = -1);

// Where the condition (bool, broadcast) is true a, else b; gradients are selected, not multiplied.
Variable where(Tape& tape, const Tensor& condition, const Variable& a, const Variable& b);

// Comparisons: bool tensors without gradient; any comparison with NaN is false except !=.
enum class Comparison { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };
Tensor compare(Comparison comparison, const Tensor& a, const Tensor& b);

}  // namespace ibid::ops
