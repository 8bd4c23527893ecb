#pragma once

#include <string>

namespace ibid::cli {

// Completion scripts made from the command table.
std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

}  // namespace ibid::cli
