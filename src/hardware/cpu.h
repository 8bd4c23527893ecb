#pragma once

#include "hardware/machine.h"
#include "hardware/report_fields.h"

namespace ibid::hardware {

Cpu collect_cpu(const Machine& machine);

}  // namespace ibid::hardware
