#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace ibid::cli {

class Console;
class Invocation;

enum class OptionType { kFlag, kText, kPath, kInteger, kNumber };

// One option of a command: "--name VALUE", or "--name" alone for a flag. This description is the only one:
// parser, help, completion, man page and docs/cli.md are made from it.
struct OptionSpec {
  std::string_view name;  // without the dashes
  OptionType type = OptionType::kFlag;
  std::string_view value_name = {};            // in the help: "DIR"; a flag has none
  std::string_view default_value = {};         // as it would be typed; none if empty
  std::vector<std::string_view> choices = {};  // if not empty, nothing else is accepted
  std::string_view help = {};
  char letter = '\0';  // "-n"
  bool repeatable = false;
  std::optional<int64_t> least = {};  // for integers
};

struct ArgumentSpec {
  std::string_view name;
  std::string_view help;
  bool required = true;
  bool repeatable = false;  // takes all that follow; only the last one may
  bool verbatim = false;    // from its first word on nothing is an option of ours
  std::vector<std::string_view> choices = {};
};

struct ExampleSpec {
  std::string_view line;
  std::string_view explanation;
};

struct ExitStatusSpec {
  int status;
  std::string_view meaning;
};

struct CommandSpec {
  std::string_view name;  // "version", or "data fetch" for one of a group
  std::string_view summary;
  std::string_view description;
  std::vector<ArgumentSpec> arguments = {};
  std::vector<OptionSpec> options = {};
  std::vector<ExampleSpec> examples = {};
  std::vector<ExitStatusSpec> exit_statuses = {};  // besides those all commands have

  // Returns the exit status; an error is printed and gives the status of its code.
  Result<int> (*run)(const Invocation& invocation, Console& console) = nullptr;
};

// Which exit statuses every command has, and what they mean.
const std::vector<ExitStatusSpec>& common_exit_statuses();

// Options that every command understands: --help.
const std::vector<OptionSpec>& common_options();

}  // namespace ibid::cli
