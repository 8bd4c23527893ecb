#pragma once

#include "ibid/tape.h"

namespace ibid::ops {

// What keys the random numbers of one dropout module (section 7.1).
struct DropoutKey {
  int32_t layer = 0;             // index of the module in registration order
  const void* module = nullptr;  // identity, for counting its calls within one pass
};

// Sets elements to +0 with probability p and scales the others by f32(1 / (1 - p)); the identity when the tape is not
// in training or p is 0.
// Shapes: x (n, ...); the same shape.
// DTypes: f32, f64.
// Order: section 7.2, the element's raster index in the whole step's samples keys its draw.
// Errors: ArgumentError for p outside [0, 1).
Variable dropout(Tape& tape, const Variable& x, double p, const DropoutKey& key);

// The same for whole channels (last dim) of each sample.
Variable channel_dropout(Tape& tape, const Variable& x, double p, const DropoutKey& key);

}  // namespace ibid::ops
