#pragma once

#include <cstdint>
#include <optional>

#include "hardware/gpu_libraries.h"
#include "hardware/machine.h"
#include "hardware/report_fields.h"

namespace ibid::hardware {

// Drivers, CUDA's libraries and the variables that choose devices: as this process would load and see them,
// or as `process` has loaded and sees them.
GpuSoftware collect_gpu_software(const Machine& machine, const GpuLibraries& libraries,
                                 std::optional<int64_t> process);

}  // namespace ibid::hardware
