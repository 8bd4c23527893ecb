#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/command.h"

namespace ibid::cli {

// What one command line asks for, checked against the command's description. Asking for an option or argument
// that the description does not have is a bug.
class Invocation {
 public:
  // `words` are what follows the command's name.
  static Result<Invocation> parse(const CommandSpec& command, std::span<const std::string> words);

  const CommandSpec& command() const { return *command_; }
  bool wants_help() const { return flag("help"); }

  bool flag(std::string_view option) const;
  // The value given, else the default; nothing if there is neither. The last one of several.
  std::optional<std::string> text(std::string_view option) const;
  std::optional<int64_t> integer(std::string_view option) const;
  std::optional<double> number(std::string_view option) const;
  // All values of a repeatable option.
  std::vector<std::string> texts(std::string_view option) const;

  // Of a required argument, or nothing if an optional one was left out.
  std::optional<std::string> argument(std::string_view name) const;
  std::vector<std::string> arguments(std::string_view name) const;

 private:
  explicit Invocation(const CommandSpec& command) : command_(&command) {}

  const CommandSpec* command_;
  std::map<std::string, std::vector<std::string>, std::less<>> options_;
  std::map<std::string, std::vector<std::string>, std::less<>> arguments_;

  friend class WordReader;
};

}  // namespace ibid::cli
