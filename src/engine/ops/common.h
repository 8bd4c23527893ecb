#pragma once
// What every operation needs: its kernels, its shape checks.

#include <array>
#include <string>
#include <vector>

#include "engine/kernels/kernel_table.h"
#include "engine/tensor/dispatch_dtype.h"
#include "ibid/tape.h"

namespace ibid::ops {

template <class T>
const kernels::KernelSet<T>& kernels_of(const Context& context) {
  return context.kernels().of<T>();
}

inline bool absent(const Variable& variable) { return !variable.value().defined(); }

// DTypeError unless both are of the same floating type (an absent `b` fits anything).
void require_same_floating(const char* operation, const Variable& a, const Variable& b);

// A per-dim option, one value standing for all dims. Errors: ArgumentError naming the option.
std::array<int64_t, 3> spatial_option(const char* operation, const char* option, const std::vector<int64_t>& values,
                                      int64_t n_spatial, int64_t minimum, int64_t filler);

// Sizes of the 1 to 3 spatial dims of a channels-last shape, filled up with leading 1s.
// Errors: ShapeError unless there are 3 to 5 dims.
std::array<int64_t, 3> spatial_sizes(const char* operation, const Shape& shape);

// (batch, the last n_spatial of sizes..., channels).
Shape channels_last_shape(int64_t batch, const std::array<int64_t, 3>& sizes, int64_t n_spatial, int64_t channels);

}  // namespace ibid::ops
