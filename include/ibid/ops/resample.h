#pragma once

#include <vector>

#include "ibid/tape.h"

namespace ibid::ops {

enum class UpsampleMode { kNearest, kLinear };

struct UpsampleOptions {
  std::vector<int64_t> out_size;  // per spatial dim; one value stands for all
  UpsampleMode mode = UpsampleMode::kNearest;
  bool align_corners = false;  // linear only
};

// Resampling of one, two or three spatial dims, channels last.
// Shapes: x (n, [d, [h,]] w, c); result (n, out_size..., c).
// DTypes: f32, f64.
// Order: section 2.5; the gradient gathers.
// Errors: ShapeError, ArgumentError, DTypeError.
Variable upsample(Tape& tape, const Variable& x, const UpsampleOptions& options);

}  // namespace ibid::ops
