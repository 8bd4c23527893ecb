#include "cli/help.h"

#include <algorithm>

#include "base/build_facts.h"
#include "base/text.h"
#include "cli/command_list.h"

namespace ibid::cli {
namespace {

struct Row {
  std::string label;
  std::string text;
};

std::string rows_text(const std::vector<Row>& rows, const Console& console) {
  constexpr size_t kMaxLabel = 26;
  size_t label_width = 0;
  for (const Row& row : rows) label_width = std::max(label_width, std::min(row.label.size(), kMaxLabel));
  const std::string indent(label_width + 4, ' ');
  std::string text;
  for (const Row& row : rows) {
    text += "  " + console.styled(Style::kBold, row.label);
    bool first = row.label.size() <= kMaxLabel;
    if (first) text += std::string(label_width - row.label.size() + 2, ' ');
    if (!first || row.text.empty()) text += "\n";
    for (const std::string& line :
         wrap_text(row.text, console.width() - static_cast<int64_t>(indent.size()))) {
      text += (first ? "" : indent) + line + "\n";
      first = false;
    }
  }
  return text;
}

std::string heading(const Console& console, std::string_view title) {
  return "\n" + console.styled(Style::kBold, title) + "\n";
}

std::string paragraphs(std::string_view text, const Console& console) {
  std::string result;
  for (const std::string& paragraph : split(text, '\n')) {
    if (paragraph.empty()) result += "\n";
    for (const std::string& line : wrap_text(paragraph, console.width())) result += line + "\n";
  }
  return result;
}

std::vector<Row> option_rows(const CommandSpec& command) {
  std::vector<Row> rows;
  for (const auto* options : {&command.options, &common_options()}) {
    for (const OptionSpec& option : *options) rows.push_back({option_label(option), option_text(option)});
  }
  return rows;
}

std::string exit_status_section(const CommandSpec& command, const Console& console) {
  std::vector<ExitStatusSpec> statuses = common_exit_statuses();
  statuses.insert(statuses.end(), command.exit_statuses.begin(), command.exit_statuses.end());
  std::ranges::sort(statuses, {}, &ExitStatusSpec::status);
  std::vector<Row> rows;
  for (const ExitStatusSpec& status : statuses)
    rows.push_back({std::to_string(status.status), std::string(status.meaning)});
  return heading(console, "Exit status") + rows_text(rows, console);
}

std::vector<Row> member_rows(std::string_view group) {
  std::vector<Row> rows;
  for (const std::string& member : members_of_group(group)) {
    const CommandSpec* command = find_command(std::string(group) + " " + member);
    rows.push_back({std::string(command->name), std::string(command->summary)});
  }
  return rows;
}

}  // namespace

std::string usage_line(const CommandSpec& command) {
  std::string line = "ibid " + std::string(command.name) + (command.options.empty() ? "" : " [OPTIONS]");
  for (const ArgumentSpec& argument : command.arguments) {
    const std::string name = std::string(argument.name) + (argument.repeatable ? "..." : "");
    line += argument.required ? " " + name : " [" + name + "]";
  }
  return line;
}

std::string option_label(const OptionSpec& option) {
  std::string label = option.letter == '\0' ? "    " : std::string("-") + option.letter + ", ";
  label += "--" + std::string(option.name);
  if (option.type != OptionType::kFlag) label += " " + std::string(option.value_name);
  return label;
}

std::string option_text(const OptionSpec& option) {
  std::string text(option.help);
  if (!option.choices.empty()) {
    text += " (one of " + join(std::vector<std::string>(option.choices.begin(), option.choices.end()), ", ") +
            ")";
  }
  if (!option.default_value.empty()) text += " [default: " + std::string(option.default_value) + "]";
  if (option.repeatable) text += " (may be given several times)";
  return text;
}

std::string overview(const Console& console) {
  std::string text =
      paragraphs("ibid " + std::string(build_facts().version) +
                     " makes machine-learning training come out the same again, bit for bit, and proves it.",
                 console);
  text += heading(console, "Usage") + "  ibid COMMAND [OPTIONS] [ARGUMENTS]\n";
  std::vector<Row> rows;
  for (const CommandSpec& command : commands())
    rows.push_back({std::string(command.name), std::string(command.summary)});
  text += heading(console, "Commands") + rows_text(rows, console);
  text += "\n'ibid COMMAND --help' shows a command's options, with examples; 'ibid man' the whole manual.\n";
  return text;
}

std::string command_help(const CommandSpec& command, const Console& console) {
  std::string text = paragraphs(command.description, console);
  text += heading(console, "Usage") + "  " + usage_line(command) + "\n";
  if (!command.arguments.empty()) {
    std::vector<Row> rows;
    for (const ArgumentSpec& argument : command.arguments) {
      std::string help(argument.help);
      if (!argument.choices.empty()) {
        help += " (one of " +
                join(std::vector<std::string>(argument.choices.begin(), argument.choices.end()), ", ") + ")";
      }
      rows.push_back({std::string(argument.name), help});
    }
    text += heading(console, "Arguments") + rows_text(rows, console);
  }
  text += heading(console, "Options") + rows_text(option_rows(command), console);
  if (const std::vector<Row> rows = member_rows(command.name); !rows.empty()) {
    text += heading(console, "Further commands") + rows_text(rows, console);
  }
  if (!command.examples.empty()) {
    text += heading(console, "Examples");
    for (const ExampleSpec& example : command.examples) {
      text += "  " + console.styled(Style::kBold, example.line) + "\n      " +
              std::string(example.explanation) + "\n";
    }
  }
  return text + exit_status_section(command, console);
}

std::string group_help(std::string_view group, const Console& console) {
  return "Usage: ibid " + std::string(group) + " COMMAND [OPTIONS] [ARGUMENTS]\n\n" +
         rows_text(member_rows(group), console) + "\n'ibid " + std::string(group) +
         " COMMAND --help' shows a command's options, with examples.\n";
}

}  // namespace ibid::cli
