#pragma once

#include "engine/kernels/gemm.h"

namespace ibid::kernels::IBID_ISA {

// Whether gemm_few_rows() is the way to compute g: a vector or a few times a matrix whose columns are
// contiguous.
bool prefers_few_rows(const GemmArgs<float>& g) noexcept;

// Products of at most 4 rows, by section 1.
void gemm_few_rows(const GemmArgs<float>& g, Executor& executor) noexcept;

}  // namespace ibid::kernels::IBID_ISA
