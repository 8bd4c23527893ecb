#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hardware/gpu_list.h"
#include "hardware/vendor_api.h"

namespace ibid::hardware {

// The CUDA driver, before it is initialised: enough to ask for its version.
Result<VendorApi> open_cuda_driver(const std::vector<std::string>& names);

// "12.4", the CUDA version that the driver offers.
Result<std::string> cuda_driver_version(const VendorApi& cuda);

// CUDA writes a version as 1000 * major + 10 * minor.
std::string cuda_version_text(int64_t version);

// Initialises the driver and adds the devices that it shows to this process, and what it tells of them. It
// shows only those that CUDA_VISIBLE_DEVICES names, and of one divided into instances (MIG) only an instance:
// those devices are left as they are.
Result<void> add_cuda_gpus(const VendorApi& cuda, GpuList& gpus);

}  // namespace ibid::hardware
