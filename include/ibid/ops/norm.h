#pragma once

#include "ibid/tape.h"

namespace ibid::ops {

// Running statistics of a batch norm: per channel, updated once per training pass.
struct BatchNormState {
  Tensor* mean = nullptr;      // (channels)
  Tensor* variance = nullptr;  // (channels)
  double momentum = 0.1;
};

// Batch norm over all dims but the last (channels). In training with the statistics of the pass, otherwise with the
// running ones (or those of the pass when there is no state).
// Shapes: x (n, ..., c), gamma and beta (c) or absent; result like x.
// DTypes: f32, f64.
// Order: section 5; gamma's and beta's gradients are complete without the tree of section 6.
// Errors: ShapeError, DTypeError, ArgumentError when a pass over part of a step's samples would need the statistics
//   of the others, or for fewer than two values per channel in training.
Variable batch_norm(Tape& tape, const Variable& x, const Variable& gamma, const Variable& beta,
                    const BatchNormState& state, double epsilon = 1e-5);

// Layer norm over the last dims of x, as many as gamma has; without gamma over the last `n_dims`.
// Shapes: x (..., suffix), gamma and beta (suffix) or absent; result like x.
// DTypes: f32, f64.
// Order: section 5 (lane rule).
// Errors: ShapeError, DTypeError.
Variable layer_norm(Tape& tape, const Variable& x, int64_t n_dims, const Variable& gamma, const Variable& beta,
                    double epsilon = 1e-5);

// Group norm: the channels (last dim) of each sample in `groups`; instance norm has as many groups as channels.
// Shapes: x (n, ..., c), gamma and beta (c) or absent; result like x.
// DTypes: f32, f64.
// Order: section 5 (column rule per channel).
// Errors: ShapeError, ArgumentError, DTypeError.
Variable group_norm(Tape& tape, const Variable& x, int64_t groups, const Variable& gamma, const Variable& beta,
                    double epsilon = 1e-5);

}  // namespace ibid::ops
