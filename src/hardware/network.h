#pragma once

#include "hardware/machine.h"
#include "hardware/report_fields.h"

namespace ibid::hardware {

FactList<NetworkInterface> collect_network(const Machine& machine);

}  // namespace ibid::hardware
