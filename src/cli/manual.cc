#include "cli/manual.h"

#include <algorithm>

#include "base/build_facts.h"
#include "base/text.h"
#include "cli/command_list.h"
#include "cli/help.h"

namespace ibid::cli {
namespace {

constexpr std::string_view kSummary = "machine learning that comes out the same again, bit for bit";

std::vector<ExitStatusSpec> exit_statuses(const CommandSpec& command) {
  std::vector<ExitStatusSpec> statuses = common_exit_statuses();
  statuses.insert(statuses.end(), command.exit_statuses.begin(), command.exit_statuses.end());
  std::ranges::sort(statuses, {}, &ExitStatusSpec::status);
  return statuses;
}

std::vector<OptionSpec> all_options(const CommandSpec& command) {
  std::vector<OptionSpec> options = command.options;
  options.insert(options.end(), common_options().begin(), common_options().end());
  return options;
}

std::string argument_text(const ArgumentSpec& argument) {
  std::string text(argument.help);
  if (argument.choices.empty()) return text;
  return text + " (one of " +
         join(std::vector<std::string>(argument.choices.begin(), argument.choices.end()), ", ") + ")";
}

// Roff reads backslashes everywhere and dots and quotes at a line's start; a plain '-' would become a hyphen
// that cannot be copied.
std::string roff(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool line_start = result.empty() || result.back() == '\n';
    if (line_start && (c == '.' || c == '\'')) result += "\\&";
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else {
      result += c;
    }
  }
  return result;
}

std::string roff_item(const std::string& label, std::string_view text) {
  return ".TP\n\\fB" + roff(label) + "\\fR\n" + roff(text) + "\n";
}

std::string roff_command(const CommandSpec& command) {
  std::string text = ".SS " + roff(usage_line(command)) + "\n" + roff(command.description) + "\n";
  for (const ArgumentSpec& argument : command.arguments)
    text += roff_item(std::string(argument.name), argument_text(argument));
  for (const OptionSpec& option : all_options(command)) {
    text += roff_item(std::string(trim(option_label(option))), option_text(option));
  }
  for (const ExitStatusSpec& status : command.exit_statuses) {
    text += roff_item("Exit status " + std::to_string(status.status), status.meaning);
  }
  for (const ExampleSpec& example : command.examples) {
    text +=
        ".PP\nExample: " + roff(example.explanation) + "\n.RS\n.nf\n" + roff(example.line) + "\n.fi\n.RE\n";
  }
  return text;
}

std::string markdown_command(const CommandSpec& command) {
  std::string text = "## ibid " + std::string(command.name) + "\n\n" + std::string(command.description) +
                     "\n\n```\n" + usage_line(command) +
                     "\n```\n\n| argument or option | meaning |\n|---|---|\n";
  for (const ArgumentSpec& argument : command.arguments) {
    text += "| `" + std::string(argument.name) + "` | " + argument_text(argument) + " |\n";
  }
  for (const OptionSpec& option : all_options(command)) {
    text += "| `" + std::string(trim(option_label(option))) + "` | " + option_text(option) + " |\n";
  }
  text += "\nExit status:";
  for (const ExitStatusSpec& status : exit_statuses(command)) {
    text += (status.status == 0 ? " " : " · ") + std::to_string(status.status) + " " +
            std::string(status.meaning);
  }
  text += "\n\n";
  for (const ExampleSpec& example : command.examples) {
    text += "- `" + std::string(example.line) + "`: " + std::string(example.explanation) + "\n";
  }
  return text + "\n";
}

}  // namespace

std::string manual_roff() {
  std::string text = ".TH IBID 1 \"\" \"ibid " + std::string(build_facts().version) +
                     "\" \"User Commands\"\n" + ".SH NAME\nibid \\- " + roff(kSummary) +
                     "\n.SH SYNOPSIS\n.B ibid\nCOMMAND [OPTIONS] [ARGUMENTS]\n.SH COMMANDS\n";
  for (const CommandSpec& command : commands()) text += roff_command(command);
  text += ".SH EXIT STATUS\n";
  for (const ExitStatusSpec& status : common_exit_statuses())
    text += roff_item(std::to_string(status.status), status.meaning);
  text += ".SH ENVIRONMENT\n";
  text += roff_item("IBID_DATA_DIR", "a folder with data sets, one folder each, looked at before the cache");
  text += roff_item("IBID_FORCE_ISA", "the instruction set to compute with; results do not depend on it");
  text += roff_item("NO_COLOR", "if set, no colour is used");
  return text;
}

std::string manual_markdown() {
  std::string text =
      "# The ibid command line\n\nMade by `ibid man --format markdown`; a test compares the two.\n\n";
  for (const CommandSpec& command : commands()) text += markdown_command(command);
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

}  // namespace ibid::cli
