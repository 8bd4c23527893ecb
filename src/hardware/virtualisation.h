#pragma once

#include <string>

#include "hardware/machine.h"

namespace ibid::hardware {

// The hypervisor under which the machine runs: "KVM", "KVM (Firecracker)", "Xen"; "none" where what could
// show one shows none. Containers are no virtualisation.
Fact<std::string> virtualisation(const Machine& machine);

}  // namespace ibid::hardware
