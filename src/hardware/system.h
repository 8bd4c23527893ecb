#pragma once

#include "hardware/machine.h"
#include "hardware/report_fields.h"

namespace ibid::hardware {

System collect_system(const Machine& machine);

}  // namespace ibid::hardware
