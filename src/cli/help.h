#pragma once

#include <cstdint>
#include <string>

#include "cli/command.h"
#include "cli/console.h"

namespace ibid::cli {

// "ibid data fetch [OPTIONS] NAME"
std::string usage_line(const CommandSpec& command);

// "-h, --help" or "    --output DIR".
std::string option_label(const OptionSpec& option);

// The help text and what follows from the rest of the description: default, choices, repetition.
std::string option_text(const OptionSpec& option);

// What `ibid` alone, `ibid help` and `ibid --help` print.
std::string overview(const Console& console);

// What `ibid COMMAND --help` prints; for a group ("data") its members.
std::string command_help(const CommandSpec& command, const Console& console);
std::string group_help(std::string_view group, const Console& console);

}  // namespace ibid::cli
