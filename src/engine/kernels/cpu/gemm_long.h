#pragma once

#include "engine/kernels/gemm.h"

namespace ibid::kernels::IBID_ISA {

// Whether gemm_long() is the way to compute g: few outputs, a long inner dim, both operands contiguous along
// it.
bool prefers_gemm_long(const GemmArgs<float>& g) noexcept;

// One product (batch is ignored) of at most 4 x 4 outputs, by section 1.
void gemm_long(const GemmArgs<float>& g, Executor& executor) noexcept;

}  // namespace ibid::kernels::IBID_ISA
