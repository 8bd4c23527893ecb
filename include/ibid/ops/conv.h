#pragma once

#include <vector>

#include "ibid/ops/linear.h"
#include "ibid/tape.h"

namespace ibid::ops {

// Per spatial dim; one value stands for all dims.
struct ConvOptions {
  std::vector<int64_t> stride{1};
  std::vector<int64_t> padding{0};
  std::vector<int64_t> dilation{1};
  int64_t groups = 1;
  Fused fused = Fused::kNone;
};

// Convolution over one, two or three spatial dims, channels last.
// Shapes: x (n, [d, [h,]] w, ci), weight (co, [kd, [kh,]] kw, ci / groups), bias (co) or absent;
//   result (n, ..., co) with sizes (in + 2 padding - dilation (k - 1) - 1) / stride + 1, rounded down.
// DTypes: f32, f64, all alike.
// Order: sections 2.1, 2.2 (gradient of x), 2.3 (of the weight), 3.2 (of the bias).
// Errors: ShapeError naming the shapes when they do not fit, ArgumentError for options out of range, DTypeError.
Variable conv(Tape& tape, const Variable& x, const Variable& weight, const Variable& bias = {},
              const ConvOptions& options = {});

struct ConvTransposeOptions {
  std::vector<int64_t> stride{1};
  std::vector<int64_t> padding{0};
  std::vector<int64_t> output_padding{0};  // added at the end of each dim, smaller than stride or dilation
  std::vector<int64_t> dilation{1};
  int64_t groups = 1;
  Fused fused = Fused::kNone;
};

// Transposed convolution: the adjoint of conv with the same options.
// Shapes: x (n, [d, [h,]] w, ci), weight (ci, [kd, [kh,]] kw, co / groups), bias (co) or absent;
//   result (n, ..., co) with sizes (in - 1) stride - 2 padding + dilation (k - 1) + output_padding + 1.
// DTypes: f32, f64, all alike.
// Order: section 2.2.
// Errors: as conv.
Variable conv_transpose(Tape& tape, const Variable& x, const Variable& weight, const Variable& bias = {},
                        const ConvTransposeOptions& options = {});

}  // namespace ibid::ops
