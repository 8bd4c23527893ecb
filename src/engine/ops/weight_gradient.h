#pragma once

#include "ibid/tape.h"

namespace ibid::ops {

// The gradient of a matrix that every row of a batched value meets: W'[i][j] = sum over the rows r of a[r][i] x b[r][j],
// by section 1 inside each gradient shard. `a` and `b` are dense, rows are the raster of all dims but the last.
void add_weight_gradient(Backward& back, size_t input, const Tensor& a, const Tensor& b);

}  // namespace ibid::ops
