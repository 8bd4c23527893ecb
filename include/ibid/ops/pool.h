#pragma once

#include <vector>

#include "ibid/tape.h"

namespace ibid::ops {

// Per spatial dim; one value stands for all dims.
struct PoolOptions {
  std::vector<int64_t> kernel{};
  std::vector<int64_t> stride{};  // empty: the kernel
  std::vector<int64_t> padding{0};
  std::vector<int64_t> dilation{1};     // max pooling only
  bool round_up = false;                // output size: a last, partly covered window counts ("ceil mode")
  bool count_padding = true;            // average pooling only: padded positions count in the divisor
};

// Maximum over windows of one, two or three spatial dims, channels last.
// Shapes: x (n, [d, [h,]] w, c); result (n, ..., c).
// DTypes: f32, f64.
// Order: section 2.4; ties and NaN by 0.2; the gradient gathers.
// Errors: ShapeError, ArgumentError (a window without an element, padding over half the kernel), DTypeError.
Variable max_pool(Tape& tape, const Variable& x, const PoolOptions& options);

// Mean over windows. Otherwise as max_pool.
Variable average_pool(Tape& tape, const Variable& x, const PoolOptions& options);

// Windows chosen so that the result has `out_size` (per spatial dim; one value stands for all).
// Shapes: x (n, [d, [h,]] w, c); result (n, out_size..., c).
// DTypes: f32, f64.
// Order: section 2.4.
// Errors: ShapeError, ArgumentError, DTypeError.
Variable adaptive_max_pool(Tape& tape, const Variable& x, const std::vector<int64_t>& out_size);
Variable adaptive_average_pool(Tape& tape, const Variable& x, const std::vector<int64_t>& out_size);

}  // namespace ibid::ops
