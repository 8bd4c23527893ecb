#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace ibid::cli {

// All commands, in the order of command_list.def, which is that of the help.
const std::vector<CommandSpec>& commands();

const CommandSpec* find_command(std::string_view name);

// The second words of a group, "fetch" and so on for "data"; empty for what is no group.
std::vector<std::string> members_of_group(std::string_view group);

// The first words of all commands, each once.
std::vector<std::string> first_words();

}  // namespace ibid::cli
