#pragma once

#include "hardware/machine.h"
#include "hardware/report_fields.h"

namespace ibid::hardware {

FactList<Disk> collect_disks(const Machine& machine);

}  // namespace ibid::hardware
