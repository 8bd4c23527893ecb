#pragma once

#include "hardware/gpu_libraries.h"

namespace ibid::test {

// No library at all, whatever the machine that runs the tests has.
inline hardware::GpuLibraries no_libraries() {
  const auto none = [](const char* name) {
    return std::vector<std::string>{std::string("/nonexistent/") + name};
  };
  return {.nvml = none("libnvidia-ml.so.1"),
          .cuda_driver = none("libcuda.so.1"),
          .rocm_smi = none("librocm_smi64.so"),
          .level_zero = none("libze_loader.so.1"),
          .cuda_runtime = none("libcudart.so.12"),
          .cublas = none("libcublas.so.12"),
          .cudnn = none("libcudnn.so.9"),
          .nccl = none("libnccl.so.2")};
}

inline hardware::GpuLibraries nvidia_stubs() {
  hardware::GpuLibraries libraries = no_libraries();
  libraries.nvml = {IBID_STUB_NVML};
  libraries.cuda_driver = {IBID_STUB_CUDA};
  libraries.cuda_runtime = libraries.cublas = libraries.cudnn = libraries.nccl = {IBID_STUB_CUDA_LIBRARIES};
  return libraries;
}

inline hardware::GpuLibraries old_nvidia_stubs() {
  hardware::GpuLibraries libraries = no_libraries();
  libraries.nvml = {IBID_STUB_OLD_NVML};
  return libraries;
}

inline hardware::GpuLibraries amd_stubs() {
  hardware::GpuLibraries libraries = no_libraries();
  libraries.rocm_smi = {IBID_STUB_ROCM_SMI};
  return libraries;
}

inline hardware::GpuLibraries intel_stubs() {
  hardware::GpuLibraries libraries = no_libraries();
  libraries.level_zero = {IBID_STUB_LEVEL_ZERO};
  return libraries;
}

}  // namespace ibid::test
