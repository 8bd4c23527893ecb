#include "engine/kernels/conv.h"

#include "engine/kernels/cpu/simd.h"
#include "engine/kernels/kernel_table.h"

namespace ibid::kernels::IBID_ISA {

void install_conv(KernelTable& table) noexcept { static_cast<void>(table); }

}  // namespace ibid::kernels::IBID_ISA
