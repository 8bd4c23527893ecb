#include "cli/completion.h"

#include "cli/command.h"
#include "cli/console.h"
#include "cli/invocation.h"

namespace ibid::cli {
namespace {

Result<int> run(const Invocation& invocation, Console& console) {
  const std::string shell = *invocation.argument("SHELL");
  console.print(shell == "bash" ? bash_completion() : shell == "zsh" ? zsh_completion() : fish_completion());
  return 0;
}

}  // namespace

CommandSpec completion_command() {
  return {
      .name = "completion",
      .summary = "print completions for a shell",
      .description = "Prints a script that teaches a shell to complete ibid's commands, options and values.",
      .arguments = {{.name = "SHELL", .help = "the shell", .choices = {"bash", "zsh", "fish"}}},
      .examples = {{"source <(ibid completion bash)", "in ~/.bashrc"},
                   {"ibid completion zsh > ~/.zfunc/_ibid", "a folder in zsh's fpath"},
                   {"ibid completion fish > ~/.config/fish/completions/ibid.fish", "fish finds it there"}},
      .run = run,
  };
}

}  // namespace ibid::cli
