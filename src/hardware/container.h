#pragma once

#include "hardware/machine.h"
#include "hardware/report_fields.h"

namespace ibid::hardware {

Container collect_container(const Machine& machine);

}  // namespace ibid::hardware
