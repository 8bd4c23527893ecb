#pragma once

#include <string>
#include <vector>

#include "hardware/gpu_list.h"
#include "hardware/vendor_api.h"

namespace ibid::hardware {

// AMD's ROCm SMI, initialised.
Result<VendorApi> open_rocm_smi(const std::vector<std::string>& names);

// Adds the devices that ROCm SMI knows, and what it tells of them. Clocks are not asked for here: the layout
// of their structure changed between versions of the library, and the kernel tells them in /sys.
Result<void> add_rocm_gpus(const VendorApi& rocm, GpuList& gpus);

}  // namespace ibid::hardware
