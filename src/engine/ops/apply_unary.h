#pragma once

#include "engine/kernels/elementwise.h"
#include "ibid/context.h"
#include "ibid/tensor.h"

namespace ibid::ops {

// op(x), dense, without a gradient. f32 or f64.
Tensor apply_unary(Context& context, kernels::UnaryOp op, const Tensor& x, double parameter = 0.0);

// x to an integer power (section 8.3).
Tensor apply_power(const Tensor& x, int64_t exponent);

}  // namespace ibid::ops
