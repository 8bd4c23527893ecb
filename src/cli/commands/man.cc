#include "cli/command.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "cli/manual.h"

namespace ibid::cli {
namespace {

Result<int> run(const Invocation& invocation, Console& console) {
  console.print(*invocation.text("format") == "roff" ? manual_roff() : manual_markdown());
  return 0;
}

}  // namespace

CommandSpec man_command() {
  return {
      .name = "man",
      .summary = "print the manual page",
      .description = "Prints the manual of all commands, as a man page or as Markdown.",
      .options = {{.name = "format",
                   .type = OptionType::kText,
                   .value_name = "FORMAT",
                   .default_value = "roff",
                   .choices = {"roff", "markdown"},
                   .help = "what to print"}},
      .examples = {{"ibid man | man -l -", "read it"},
                   {"ibid man > ~/.local/share/man/man1/ibid.1", "install it for 'man ibid'"}},
      .run = run,
  };
}

}  // namespace ibid::cli
