#pragma once

#include "ibid/tape.h"

namespace ibid::ops {

// The gradient of something added to every row: the column rule (3.2) over the leading dims of dy that the input does
// not have; per gradient shard when dy is batched and the input is not. Where `relu_output` (may be absent) is <= 0, dy counts as +0.
void add_column_sums(Backward& b, size_t input, const Tensor& dy, const Tensor& relu_output);

// The gradient of a factor of every row: the column rule over fma(dy, factor, .), per gradient shard. dy and `factor`
// have one shape; the input covers their last dims.
void add_column_dots(Backward& b, size_t input, const Tensor& dy, const Tensor& factor);

// dy, +0 where relu_output <= 0. Dense.
Tensor relu_masked(Context& context, const Tensor& dy, const Tensor& relu_output);

}  // namespace ibid::ops
