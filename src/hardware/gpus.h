#pragma once

#include "hardware/gpu_libraries.h"
#include "hardware/machine.h"
#include "hardware/report_fields.h"

namespace ibid::hardware {

// Every accelerator of the machine: those on the PCI bus, with or without a driver, and those that the
// vendors' libraries know. Where there is none, the list says what was looked at.
FactList<Gpu> collect_gpus(const Machine& machine, const GpuLibraries& libraries);

}  // namespace ibid::hardware
