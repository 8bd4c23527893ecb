#pragma once

#include <optional>

#include "hardware/gpu_libraries.h"
#include "hardware/machine.h"
#include "hardware/report_fields.h"

namespace ibid::hardware {

struct CollectOptions {
  GpuLibraries libraries = {};
  std::optional<int64_t> process = {};  // whose loaded libraries and variables are reported, not this one's
};

// Every field of the report, each with its value and source or the reason why it is not known. What was used
// is not known until something is sampled: UsageSampler.
Report collect(const Machine& machine, const CollectOptions& options = {});

}  // namespace ibid::hardware
