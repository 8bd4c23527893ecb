#pragma once

#include <string>

#include "base/result.h"

namespace ibid::platform {

// How a hypervisor makes itself known to the processor's own question (cpuid): "KVMKVMKVM"; empty when the
// processor runs under none. An error where processors cannot be asked.
Result<std::string> hypervisor_signature();

}  // namespace ibid::platform
