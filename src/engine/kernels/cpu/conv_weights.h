#pragma once

#include "engine/kernels/conv.h"

namespace ibid::kernels::IBID_ISA {

// ConvBackwardWeightsArgs by sections 2.3 and 6.2.
void conv_backward_weights(const ConvBackwardWeightsArgs<float>& args, Executor& executor) noexcept;

}  // namespace ibid::kernels::IBID_ISA
