#pragma once

#include <string_view>

#include "base/result.h"

namespace ibid::environment {

// Whether an ELF file for x86-64 turns on flush-to-zero and denormals-are-zero as soon as it is loaded:
// whether one of the functions that the loader calls sets both bits of the control register. Compilers link
// such start-up code in where they are asked for fast mathematics. An error if it is no such file.
Result<bool> sets_flush_to_zero(std::string_view bytes);

}  // namespace ibid::environment
