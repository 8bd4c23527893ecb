#pragma once

#include "engine/kernels/elementwise.h"
#include "ibid/context.h"
#include "ibid/tensor.h"

namespace ibid::ops {

// a op b, broadcast, without a gradient. f32 or f64, both alike.
Tensor apply_binary(Context& context, kernels::BinaryOp op, const Tensor& a, const Tensor& b);

}  // namespace ibid::ops
