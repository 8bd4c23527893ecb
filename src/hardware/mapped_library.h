#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hardware/machine.h"

namespace ibid::hardware {

// The files that a process has mapped, each once, in the order of its memory.
Result<std::vector<std::string>> mapped_files(const Machine& machine, int64_t process);

// The file among them that is the library `stem` ("libcudnn"), whatever its version; also under the names
// that Python packages give their copies: "libcudart-a7b20f20.so.11.0".
std::optional<std::string> find_library(const std::vector<std::string>& files, std::string_view stem);

// The version of a library's file without loading it: after ".so." in its name or that of what it links to,
// or of the Python package that it lies in (nvidia/cudnn beside nvidia_cudnn_cu12-9.1.0.70.dist-info).
Result<std::string> version_of_file(const Machine& machine, const std::string& file);

}  // namespace ibid::hardware
