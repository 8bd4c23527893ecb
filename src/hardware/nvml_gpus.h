#pragma once

#include "hardware/gpu_list.h"
#include "hardware/nvml.h"

namespace ibid::hardware {

// Adds the devices that NVML knows, and what it tells of them. An error if it does not even say how many
// there are.
Result<void> add_nvml_gpus(const Nvml& nvml, GpuList& gpus);

// "Default", "Prohibited", ...: NVML and CUDA number the compute modes alike.
Result<std::string> compute_mode_name(int64_t mode);

}  // namespace ibid::hardware
