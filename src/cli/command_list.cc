#include "cli/command_list.h"

#include <algorithm>

namespace ibid::cli {

#define IBID_COMMAND(name) CommandSpec name##_command();
#include "cli/command_list.def"
#undef IBID_COMMAND

const std::vector<CommandSpec>& commands() {
  static const std::vector<CommandSpec> list = {
#define IBID_COMMAND(name) name##_command(),
#include "cli/command_list.def"
#undef IBID_COMMAND
  };
  return list;
}

const CommandSpec* find_command(std::string_view name) {
  for (const CommandSpec& command : commands()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

std::vector<std::string> members_of_group(std::string_view group) {
  std::vector<std::string> members;
  const std::string prefix = std::string(group) + " ";
  for (const CommandSpec& command : commands()) {
    if (command.name.starts_with(prefix)) members.emplace_back(command.name.substr(prefix.size()));
  }
  return members;
}

std::vector<std::string> first_words() {
  std::vector<std::string> words;
  for (const CommandSpec& command : commands()) {
    const std::string word(command.name.substr(0, command.name.find(' ')));
    if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
  }
  return words;
}

}  // namespace ibid::cli
