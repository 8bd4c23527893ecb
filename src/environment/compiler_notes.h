#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace ibid::environment {

// Which compilers made a program or library, by its section .comment: "GCC: (Debian 12.2.0-14) 12.2.0";
// several are separated by "; ". Errors: it tells none, or is no 64-bit little-endian ELF file.
Result<std::string> compilers_of(std::string_view bytes);

// The options of the compiler, where it was told to keep them: -frecord-gcc-switches leaves them in a section
// of their own, debugging information in the name of its producer (the first one counts). Errors: they were
// not kept, or it is no such file.
Result<std::string> compiler_flags(std::string_view bytes);

}  // namespace ibid::environment
