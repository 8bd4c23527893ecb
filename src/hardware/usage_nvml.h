#pragma once

#include "hardware/usage_gpu.h"

namespace ibid::hardware {

// What a device of NVML is doing at this moment.
GpuReading read_nvml_device(const Nvml& nvml, Nvml::Device device, const std::string& address);

}  // namespace ibid::hardware
