#pragma once

#include "hardware/machine.h"
#include "hardware/report_fields.h"

namespace ibid::hardware {

// All but what the firmware says of the modules, `ecc_by_firmware` (hardware/memory_modules.h).
Memory collect_memory(const Machine& machine, const Fact<bool>& ecc_by_firmware);

}  // namespace ibid::hardware
