#pragma once

#include <string>
#include <vector>

#include "hardware/gpu_list.h"
#include "hardware/nvml.h"

namespace ibid::hardware {

// A device of NVML and where it is in the list of accelerators.
struct NvmlNode {
  std::string address;
  Nvml::Device device;
};

// How the devices are connected: NVLinks, and the nearest thing in common on the PCI bus.
void add_nvml_links(const Nvml& nvml, const std::vector<NvmlNode>& nodes, GpuList& gpus);

}  // namespace ibid::hardware
