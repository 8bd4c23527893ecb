#pragma once

#include "ibid/tape.h"

namespace ibid::ops {

// The gradient of something added to every row of a batched value: the column rule (3.2) over all dims of dy but the
// last, per gradient shard. Where `relu_output` (may be absent) is <= 0, dy counts as +0.
void add_column_sums(Backward& b, size_t input, const Tensor& dy, const Tensor& relu_output);

// dy, +0 where relu_output <= 0. Dense.
Tensor relu_masked(Context& context, const Tensor& dy, const Tensor& relu_output);

}  // namespace ibid::ops
