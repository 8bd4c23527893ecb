#pragma once

#include "engine/kernels/gemm.h"

namespace ibid::kernels::IBID_ISA {

// GemmShardsArgs by sections 1 and 6.2.
void gemm_shards(const GemmShardsArgs<float>& g, Executor& executor) noexcept;

}  // namespace ibid::kernels::IBID_ISA
