#pragma once

#include "ibid/tape.h"

namespace ibid::ops {

// What an operation applies to its result before storing it: the same bits as the separate operation.
enum class Fused { kNone, kRelu };

// y = x W^T + b, over the last dim of x.
// Shapes: x (..., in), weight (out, in), bias (out) or absent; result (..., out).
// DTypes: f32, f64, all alike.
// Order: section 1; weight gradient per shard by section 1 over its rows, bias gradient by 3.2.
// Errors: ShapeError, DTypeError.
Variable linear(Tape& tape, const Variable& x, const Variable& weight, const Variable& bias = {},
                Fused fused = Fused::kNone);

// Matrix product over the last two dims, leading dims broadcast; a 1-D operand is a row (left) or column (right)
// whose dim disappears from the result.
// Shapes: a (..., m, k), b (..., k, n); result (..., m, n).
// DTypes: f32, f64, both alike.
// Order: section 1. The gradient of a 2-D right operand is one product over all rows of the left one, per gradient
//   shard when those belong to samples; that of another broadcast operand is reduced by section 3.
// Errors: ShapeError, DTypeError.
Variable matmul(Tape& tape, const Variable& a, const Variable& b);

}  // namespace ibid::ops
