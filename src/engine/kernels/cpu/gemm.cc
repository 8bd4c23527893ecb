// Section 1 of the standard with vectors over the columns of C.

#include "engine/kernels/gemm.h"

#include "engine/kernels/cpu/simd.h"
#include "engine/kernels/kernel_table.h"

namespace ibid::kernels::IBID_ISA {

void install_gemm(KernelTable& table) noexcept { static_cast<void>(table); }

}  // namespace ibid::kernels::IBID_ISA
