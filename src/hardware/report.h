#pragma once

#include "hardware/machine.h"
#include "hardware/report_fields.h"

namespace ibid::hardware {

// Every field of the report, each with its value and source or the reason why it is not known.
Report collect(const Machine& machine);

}  // namespace ibid::hardware
