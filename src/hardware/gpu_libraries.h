#pragma once

#include <string>
#include <vector>

namespace ibid::hardware {

// The libraries that the collectors of accelerators open, the first that there is of each list: names for the
// loader, or paths. An empty list: none may be loaded, as for a captured machine.
struct GpuLibraries {
  std::vector<std::string> nvml = {"libnvidia-ml.so.1"};
  std::vector<std::string> cuda_driver = {"libcuda.so.1"};
  std::vector<std::string> rocm_smi = {"librocm_smi64.so.7", "librocm_smi64.so.6", "librocm_smi64.so.5",
                                       "librocm_smi64.so.1", "librocm_smi64.so"};
  std::vector<std::string> level_zero = {"libze_loader.so.1"};
  std::vector<std::string> cuda_runtime = {"libcudart.so.13", "libcudart.so.12", "libcudart.so.11.0"};
  std::vector<std::string> cublas = {"libcublas.so.13", "libcublas.so.12", "libcublas.so.11"};
  std::vector<std::string> cudnn = {"libcudnn.so.9", "libcudnn.so.8"};
  std::vector<std::string> nccl = {"libnccl.so.2"};

  static GpuLibraries none() { return {{}, {}, {}, {}, {}, {}, {}, {}}; }
};

}  // namespace ibid::hardware
