#pragma once

#include "hardware/machine.h"
#include "hardware/report_fields.h"

namespace ibid::hardware {

struct MemoryModules {
  FactList<MemoryModule> modules;
  Fact<bool> ecc;  // by the description of the array that the modules are in
};

// What the firmware says of the memory: from its table, which root alone may read, or from the copy that udev
// makes of it at the start for everybody.
MemoryModules collect_memory_modules(const Machine& machine);

}  // namespace ibid::hardware
