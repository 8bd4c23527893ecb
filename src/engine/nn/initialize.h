#pragma once

#include "ibid/nn/module.h"

namespace ibid::nn {

// The first values of one parameter, f32: purpose 1, step 0, layer = its index in state-dict order, element e of the
// parameter's raster (sections 7.1 to 7.3).
Tensor initial_values(const Shape& shape, const Initializer& initializer, uint64_t seed, int32_t parameter_index);

}  // namespace ibid::nn
