#pragma once

#include <cstdint>

#include "engine/kernels/conv.h"
#include "engine/kernels/cpu/conv_gather.h"

namespace ibid::kernels::IBID_ISA {

// One channel in and one out for each group: lanes run over the channels. The gather covers all channels at
// once: depth 1, in_channel = out_channel = 0, and weights are [tap][channels].
void run_depthwise(const Gather& gather, int64_t batch, Executor& executor) noexcept;

// ConvBackwardWeightsArgs where groups = in_channels = out_channels, without folding: dweight is shards x
// channels x taps.
void depthwise_weight_shards(const ConvBackwardWeightsArgs<float>& args, float* shards,
                             Executor& executor) noexcept;

}  // namespace ibid::kernels::IBID_ISA
