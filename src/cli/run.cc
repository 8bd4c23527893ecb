#include "cli/run.h"

#include "base/text.h"
#include "cli/command_list.h"
#include "cli/help.h"
#include "cli/invocation.h"

namespace ibid::cli {
namespace {

Result<int> run_command(const CommandSpec& command, std::span<const std::string> words, Console& console) {
  IBID_ASSIGN(const Invocation invocation, Invocation::parse(command, words));
  if (!invocation.wants_help()) return command.run(invocation, console);
  console.print(command_help(command, console));
  return 0;
}

bool is_help(const std::string& word) { return word == "--help" || word == "-h"; }

Result<int> run_group(std::span<const std::string> words, Console& console) {
  const std::string& group = words[0];
  const std::vector<std::string> members = members_of_group(group);
  if (words.size() > 1 && is_help(words[1])) {
    console.print(group_help(group, console));
    return 0;
  }
  if (words.size() == 1) {
    return Error(ErrorCode::kUsage, "'ibid " + group + "' needs a second word",
                 "possible: " + join(members, ", "));
  }
  const std::string name = group + " " + words[1];
  const CommandSpec* command = find_command(name);
  if (command == nullptr) return unknown_command(name);
  return run_command(*command, words.subspan(2), console);
}

Result<int> dispatch(std::span<const std::string> words, Console& console) {
  if (words.empty() || is_help(words[0])) {
    console.print(overview(console));
    return 0;
  }
  if (words[0] == "--version" || words[0] == "-V")
    return run_command(*find_command("version"), words.subspan(1), console);
  // "ibid hardware" is a command and "ibid hardware diff" another.
  if (words.size() > 1) {
    if (const CommandSpec* command = find_command(words[0] + " " + words[1]))
      return run_command(*command, words.subspan(2), console);
  }
  if (const CommandSpec* command = find_command(words[0]))
    return run_command(*command, words.subspan(1), console);
  if (!members_of_group(words[0]).empty()) return run_group(words, console);
  return unknown_command(words[0]);
}

}  // namespace

Error unknown_command(const std::string& name) {
  const size_t space = name.find(' ');
  const std::string group = name.substr(0, space);
  std::vector<std::string> candidates = first_words();
  std::string wanted = name;
  std::string prefix;
  if (space != std::string::npos && !members_of_group(group).empty()) {
    candidates = members_of_group(group);
    wanted = name.substr(space + 1);
    prefix = group + " ";
  }
  const auto guess = closest_match(wanted, candidates);
  return Error(ErrorCode::kUsage, "there is no command 'ibid " + name + "'",
               guess ? "did you mean 'ibid " + prefix + *guess + "'?" : "'ibid help' lists all commands");
}

int run_command_line(std::span<const std::string> words, Console& console) {
  Result<int> result = dispatch(words, console);
  const int status = result.ok() ? result.value() : exit_status(result.error().code());
  if (!result.ok()) console.print_error(result.error());
  const Result<void> finished = console.finish();
  if (finished.ok()) return status;
  if (result.ok()) console.print_error(finished.error());
  return status == 0 ? exit_status(finished.error().code()) : status;
}

}  // namespace ibid::cli
