#include "cli/manual.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "cli/command_list.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "cli/run.h"
#include "platform/file.h"

namespace ibid::cli {
namespace {

TEST_CASE("docs/cli.md is what the command table says") {
  const std::string committed = platform::read_file(IBID_SOURCE_DIR "/docs/cli.md").value();
  const bool current = committed == manual_markdown();
  CHECK_MESSAGE(current, "run: ibid man --format markdown > docs/cli.md");
}

TEST_CASE("every command can be understood from its help") {
  for (const CommandSpec& command : commands()) {
    CAPTURE(command.name);
    const bool runs = command.run != nullptr;
    CHECK(runs);
    CHECK_FALSE(command.summary.empty());
    CHECK(command.summary.size() < 75);
    CHECK_FALSE(command.description.empty());
    CHECK_FALSE(command.examples.empty());
    for (const ExampleSpec& example : command.examples) {
      CHECK(example.line.find("ibid " + std::string(command.name)) != std::string_view::npos);
    }
    std::set<std::string_view> names = {"help"};
    for (const OptionSpec& option : command.options) {
      CHECK_FALSE(option.help.empty());
      CHECK(names.insert(option.name).second);
      CHECK((option.type == OptionType::kFlag) == option.value_name.empty());
    }
    for (size_t i = 0; i + 1 < command.arguments.size(); ++i) {
      CHECK_FALSE(command.arguments[i].repeatable);
      CHECK(command.arguments[i].required);
    }
  }
}

// Those of a verbatim argument can be given behind "--", where no word is a member.
TEST_CASE("a group that is a command too takes no argument that could be one of its members") {
  for (const std::string& word : first_words()) {
    const CommandSpec* command = find_command(word);
    CHECK((command != nullptr || !members_of_group(word).empty()));
    if (command == nullptr || members_of_group(word).empty()) continue;
    for (const ArgumentSpec& argument : command->arguments) CHECK(argument.verbatim);
  }
}

// Roff writes a dash that can be copied as "\\-".
std::string without_backslashes(std::string text) {
  std::erase(text, '\\');
  return text;
}

TEST_CASE("manual and completions know every command and option") {
  for (const std::string& text : {manual_markdown(), without_backslashes(manual_roff()), bash_completion(),
                                  zsh_completion(), fish_completion()}) {
    for (const CommandSpec& command : commands()) {
      for (const std::string& word : split(command.name, ' ')) CHECK(text.find(word) != std::string::npos);
      for (const OptionSpec& option : command.options) CHECK(text.find(option.name) != std::string::npos);
    }
  }
}

TEST_CASE("in roff no line starts with a stray dot and every dash can be copied") {
  for (const std::string& line : split(manual_roff(), '\n')) {
    if (line.starts_with(".")) {
      const std::string macro = line.substr(1, line.find(' ') - 1);
      const std::vector<std::string> known = {"TH", "SH", "SS", "TP", "PP", "B", "RS", "RE", "nf", "fi"};
      CHECK(std::ranges::find(known, macro) != known.end());
      continue;
    }
    for (size_t i = 0; i < line.size(); ++i) {
      const bool bare_dash = line[i] == '-' && (i == 0 || line[i - 1] != '\\');
      CHECK_FALSE(bare_dash);
    }
  }
}

TEST_CASE("a mistyped command is guessed, in a group too") {
  CHECK(unknown_command("docter").hint() == "did you mean 'ibid doctor'?");
  CHECK(unknown_command("data ftech").hint() == "did you mean 'ibid data fetch'?");
  CHECK(unknown_command("banana").hint() == "'ibid help' lists all commands");
}

}  // namespace
}  // namespace ibid::cli
