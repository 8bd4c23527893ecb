#include "cli/help.h"

#include "base/text.h"
#include "cli/command.h"
#include "cli/command_list.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "cli/run.h"

namespace ibid::cli {
namespace {

Result<int> run(const Invocation& invocation, Console& console) {
  const std::string name = join(invocation.arguments("COMMAND"), " ");
  if (name.empty()) {
    console.print(overview(console));
  } else if (const CommandSpec* command = find_command(name)) {
    console.print(command_help(*command, console));
  } else if (!members_of_group(name).empty()) {
    console.print(group_help(name, console));
  } else {
    return unknown_command(name);
  }
  return 0;
}

}  // namespace

CommandSpec help_command() {
  return {
      .name = "help",
      .summary = "show what there is, or how a command is used",
      .description =
          "Without an argument, shows all commands; with the name of a command, its options and examples.",
      .arguments = {{.name = "COMMAND",
                     .help = "the command, such as 'version' or 'data fetch'",
                     .required = false,
                     .repeatable = true}},
      .examples = {{"ibid help", "all commands"}, {"ibid help data fetch", "one of them"}},
      .run = run,
  };
}

}  // namespace ibid::cli
