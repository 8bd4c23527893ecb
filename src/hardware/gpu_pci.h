#pragma once

#include <string>

#include "hardware/gpu_list.h"
#include "hardware/machine.h"

namespace ibid::hardware {

// Adds the accelerators that the PCI bus shows, with or without a driver: display controllers and processing
// accelerators. Returns what was looked at, for people; an error if the bus cannot be seen. Chips that can do
// nothing but show pictures (of management controllers and virtual machines) are named there instead.
Result<std::string> find_pci_gpus(const Machine& machine, GpuList& gpus);

// What /sys says of each of them, whoever made it: names, numbers, link, driver.
void add_pci_facts(const Machine& machine, GpuList& gpus);

std::string pci_folder(const FoundGpu& gpu);

}  // namespace ibid::hardware
