#pragma once

#include <span>
#include <string>

#include "base/error.h"
#include "cli/console.h"

namespace ibid::cli {

// Runs the command line (without the program's name) and returns the exit status; errors have been printed.
int run_command_line(std::span<const std::string> words, Console& console);

// With a guess at what was meant.
Error unknown_command(const std::string& name);

}  // namespace ibid::cli
