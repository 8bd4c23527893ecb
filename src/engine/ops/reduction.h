#pragma once

#include <vector>

#include "engine/kernels/reduce.h"
#include "ibid/context.h"
#include "ibid/tensor.h"

namespace ibid::ops {

// The dims a reduction runs over, ascending; none named means all. Errors: ArgumentError.
std::vector<int64_t> reduced_dims(const Shape& shape, const std::vector<int64_t>& dims);

// The shape without the dims, or with them at size 1.
Shape reduced_shape(const Shape& shape, const std::vector<int64_t>& dims, bool keep);

// Section 3 over some dims (ascending). `b` for products, like x; `centre` for centred forms, of the kept shape.
// The result has the kept dims; with `sums` the unrounded binary64 values are stored there as well.
Tensor reduce(Context& context, kernels::Reduction op, const Tensor& x, const std::vector<int64_t>& dims,
              const Tensor& b = {}, const Tensor& centre = {}, std::vector<double>* sums = nullptr);

// The sum that brings a value broadcast from `shape` back to it.
Tensor sum_to_shape(Context& context, const Tensor& x, const Shape& shape);

}  // namespace ibid::ops
