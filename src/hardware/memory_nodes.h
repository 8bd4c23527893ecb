#pragma once

#include "hardware/machine.h"
#include "hardware/report_fields.h"

namespace ibid::hardware {

FactList<MemoryNode> collect_memory_nodes(const Machine& machine);

}  // namespace ibid::hardware
