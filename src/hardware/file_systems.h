#pragma once

#include "hardware/machine.h"
#include "hardware/report_fields.h"

namespace ibid::hardware {

FactList<FileSystem> collect_file_systems(const Machine& machine);

}  // namespace ibid::hardware
