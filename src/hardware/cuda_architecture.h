#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace ibid::hardware {

// What NVIDIA calls the architecture of a compute capability: (9, 0) is "Hopper".
Result<std::string> cuda_architecture(int64_t major, int64_t minor);

// How many of the cores that NVML counts make a multiprocessor of that compute capability.
Result<int64_t> cuda_cores_of_unit(int64_t major, int64_t minor);

// NVML's own number for an architecture.
Result<std::string> nvml_architecture(int64_t number);

}  // namespace ibid::hardware
