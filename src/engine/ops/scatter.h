#pragma once

#include <vector>

#include "ibid/tape.h"

namespace ibid::ops {

// Slices `indices` of one dim, copied. Indices are in range.
Tensor select_indices(const Tensor& x, int64_t dim, const std::vector<int64_t>& indices);

// result[i] = x[positions[i]], both counted in raster order; the gradient is the scatter-add of section 9.1.
// Positions (i64, in range) give the result its shape.
Variable gather_elements(Tape& tape, const Variable& x, const Tensor& positions, const char* mixing);

// The sum of source rows by destination, section 9.1; base may be absent. Shapes: index (n), source (n,
// width), base (destinations, width).
Tensor scatter_rows(Context& context, const Tensor& index, const Tensor& source, int64_t n_destinations,
                    const Tensor& base);

}  // namespace ibid::ops
