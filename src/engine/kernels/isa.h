#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace ibid::kernels {

// The instruction sets the kernels exist for. kScalar is the reference: the standard written as plain loops.
enum class Isa { kScalar, kAvx2, kAvx512, kNeon };

std::string_view isa_name(Isa isa);
std::optional<Isa> parse_isa(std::string_view name);

// Compiled into this program.
std::vector<Isa> built_isas();

// Compiled in and supported by this processor and its operating system, slowest first; kScalar is always
// there.
std::vector<Isa> available_isas();

// Whether the processor has a fused multiply-add; without one the reference path emulates it, exactly and
// slowly.
bool has_hardware_fma();

}  // namespace ibid::kernels
