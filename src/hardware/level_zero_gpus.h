#pragma once

#include <string>
#include <vector>

#include "hardware/gpu_list.h"
#include "hardware/vendor_api.h"

namespace ibid::hardware {

// Intel's level-zero loader, initialised.
Result<VendorApi> open_level_zero(const std::vector<std::string>& names);

// Adds the GPUs that level-zero knows, and what it tells of them.
Result<void> add_level_zero_gpus(const VendorApi& level_zero, GpuList& gpus);

}  // namespace ibid::hardware
