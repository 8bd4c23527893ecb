#include "cli/completion.h"

#include "base/text.h"
#include "cli/command_list.h"

namespace ibid::cli {
namespace {

std::string words_of(const std::vector<std::string_view>& views) {
  return join(std::vector<std::string>(views.begin(), views.end()), " ");
}

std::vector<OptionSpec> all_options(const CommandSpec& command) {
  std::vector<OptionSpec> options = command.options;
  options.insert(options.end(), common_options().begin(), common_options().end());
  return options;
}

// Every character of `special` with a backslash before it.
std::string escaped(std::string_view text, std::string_view special) {
  std::string result;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

// Inside single quotes of a POSIX shell.
std::string quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::string bash_values(const OptionSpec& option) {
  if (!option.choices.empty())
    return "COMPREPLY=($(compgen -W \"" + words_of(option.choices) + "\" -- \"$word\"))";
  return option.type == OptionType::kPath ? "COMPREPLY=($(compgen -f -- \"$word\"))" : "COMPREPLY=()";
}

std::string bash_command(const CommandSpec& command) {
  std::string names;
  std::string values;
  for (const OptionSpec& option : all_options(command)) {
    names += (names.empty() ? "--" : " --") + std::string(option.name);
    if (option.type == OptionType::kFlag) continue;
    values += "        --" + std::string(option.name) + ") " + bash_values(option) + "; return ;;\n";
  }
  std::string text = "    '" + std::string(command.name) + "')\n";
  if (!values.empty()) text += "      case \"$before\" in\n" + values + "      esac\n";
  text += "      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W \"" + names +
          "\" -- \"$word\")); return; fi\n";
  std::string choices;
  for (const ArgumentSpec& argument : command.arguments) choices += words_of(argument.choices);
  text += choices.empty() ? "      COMPREPLY=($(compgen -f -- \"$word\"))\n"
                          : "      COMPREPLY=($(compgen -W \"" + choices + "\" -- \"$word\"))\n";
  return text + "      ;;\n";
}

// [--name] or {-n,--name}, then help and value as zsh's _arguments wants them.
std::string zsh_option(const OptionSpec& option) {
  const std::string name = "--" + std::string(option.name) + (option.type == OptionType::kFlag ? "" : "=");
  std::string rest = "[" + escaped(option.help, "[]:\\") + "]";
  if (option.type != OptionType::kFlag) {
    rest += ":" + std::string(option.value_name) + ":";
    if (!option.choices.empty()) rest += "(" + words_of(option.choices) + ")";
    if (option.type == OptionType::kPath) rest += "_files";
  }
  return quoted((option.repeatable ? "*" : "") + name + rest);
}

std::string zsh_command(const CommandSpec& command) {
  std::string text = "_arguments";
  for (const OptionSpec& option : all_options(command)) text += " " + zsh_option(option);
  for (const ArgumentSpec& argument : command.arguments) {
    const std::string choices = argument.choices.empty() ? "_files" : "(" + words_of(argument.choices) + ")";
    text += " " + quoted((argument.repeatable ? "*:" : ":") + std::string(argument.name) + ":" + choices);
  }
  return text;
}

std::string summary_of(const std::string& first_word) {
  const CommandSpec* command = find_command(first_word);
  if (command != nullptr) return std::string(command->summary);
  return "one of: " + join(members_of_group(first_word), ", ");
}

std::string fish_option(const OptionSpec& option, const std::string& condition) {
  std::string text = "complete -c ibid -n " + quoted(condition) + " -l " + std::string(option.name);
  if (option.letter != '\0') text += std::string(" -s ") + option.letter;
  if (option.type == OptionType::kPath) text += " -r -F";
  if (option.type != OptionType::kFlag && option.type != OptionType::kPath) text += " -x";
  if (!option.choices.empty()) text += " -a " + quoted(words_of(option.choices));
  return text + " -d \"" + escaped(option.help, "\"\\$") + "\"\n";
}

}  // namespace

std::string bash_completion() {
  std::string text =
      "# bash completion for ibid, made by 'ibid completion bash'\n"
      "_ibid() {\n"
      "  local word=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\" "
      "command=\"${COMP_WORDS[1]}\"\n"
      "  COMPREPLY=()\n"
      "  if (( COMP_CWORD == 1 )); then COMPREPLY=($(compgen -W \"" +
      join(first_words(), " ") + "\" -- \"$word\")); return; fi\n  case \"$command\" in\n";
  for (const std::string& group : first_words()) {
    const std::vector<std::string> members = members_of_group(group);
    if (members.empty()) continue;
    // A group may be a command too: its options begin with a dash, and only a member is a second word.
    const std::string all = join(members, " ");
    text += "    " + group +
            ")\n      if (( COMP_CWORD == 2 )) && [[ $word != -* ]]; then COMPREPLY=($(compgen -W \"" + all +
            "\" -- \"$word\")); return; fi\n      if [[ \" " + all +
            " \" == *\" ${COMP_WORDS[2]} \"* ]]; then command=\"$command ${COMP_WORDS[2]}\"; fi\n      ;;\n";
  }
  text += "  esac\n  case \"$command\" in\n";
  for (const CommandSpec& command : commands()) text += bash_command(command);
  return text + "  esac\n}\ncomplete -F _ibid ibid\n";
}

std::string zsh_completion() {
  std::string text =
      "#compdef ibid\n# zsh completion for ibid, made by 'ibid completion zsh'\n_ibid() {\n  local -a names\n"
      "  if (( CURRENT == 2 )); then\n    names=(";
  for (const std::string& word : first_words()) text += quoted(word + ":" + summary_of(word)) + " ";
  text +=
      ")\n    _describe command names\n    return\n  fi\n  shift words; (( CURRENT-- ))\n  case "
      "\"$words[1]\" in\n";
  for (const std::string& word : first_words()) {
    const std::vector<std::string> members = members_of_group(word);
    text += "    " + word + ")\n";
    if (members.empty()) {
      text += "      " + zsh_command(*find_command(word)) + "\n      ;;\n";
      continue;
    }
    text += "      if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n        names=(";
    for (const std::string& member : members) {
      text += quoted(member + ":" + std::string(find_command(word + " " + member)->summary)) + " ";
    }
    text += ")\n        _describe command names\n        return\n      fi\n      case \"$words[2]\" in\n";
    for (const std::string& member : members) {
      text += "        " + member + ") shift words; (( CURRENT-- )); " +
              zsh_command(*find_command(word + " " + member)) + " ;;\n";
    }
    if (const CommandSpec* command = find_command(word))
      text += "        *) " + zsh_command(*command) + " ;;\n";
    text += "      esac\n      ;;\n";
  }
  // Autoloaded from fpath the file is the function's body; sourced, it registers the function.
  return text +
         "  esac\n}\nif [[ $funcstack[1] == _ibid ]]; then _ibid \"$@\"; else compdef _ibid ibid; fi\n";
}

std::string fish_completion() {
  std::string text = "# fish completion for ibid, made by 'ibid completion fish'\ncomplete -c ibid -f\n";
  for (const std::string& word : first_words()) {
    text += "complete -c ibid -n __fish_use_subcommand -a " + word + " -d " +
            quoted(escaped(summary_of(word), "")) + "\n";
  }
  for (const CommandSpec& command : commands()) {
    const std::vector<std::string> words = split(command.name, ' ');
    std::string condition = "__fish_seen_subcommand_from " + words[0];
    const std::string all = join(members_of_group(words[0]), " ");
    if (words.size() == 1 && !all.empty()) condition += "; and not __fish_seen_subcommand_from " + all;
    if (words.size() == 2) {
      text += "complete -c ibid -n " + quoted(condition + "; and not __fish_seen_subcommand_from " + all) +
              " -a " + words[1] + " -d " + quoted(command.summary) + "\n";
      condition += "; and __fish_seen_subcommand_from " + words[1];
    }
    for (const OptionSpec& option : all_options(command)) text += fish_option(option, condition);
    for (const ArgumentSpec& argument : command.arguments) {
      if (argument.choices.empty()) continue;
      text += "complete -c ibid -n " + quoted(condition) + " -a " + quoted(words_of(argument.choices)) + "\n";
    }
  }
  return text;
}

}  // namespace ibid::cli
