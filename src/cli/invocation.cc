// The one file that reads command lines. Help, completion, man page and reference are made from the same
// table as the parser. CLI11 was the alternative: it brings messages and a help of its own, which would have
// had to be replaced piece by piece, and knows nothing of the other four.

#include "cli/invocation.h"

#include <algorithm>

#include "base/number_text.h"
#include "base/text.h"

namespace ibid::cli {
namespace {

const OptionSpec* find_option(const CommandSpec& command, std::string_view name) {
  for (const auto* options : {&command.options, &common_options()}) {
    for (const OptionSpec& option : *options) {
      if (option.name == name) return &option;
    }
  }
  return nullptr;
}

const OptionSpec* find_letter(const CommandSpec& command, char letter) {
  for (const auto* options : {&command.options, &common_options()}) {
    for (const OptionSpec& option : *options) {
      if (option.letter == letter) return &option;
    }
  }
  return nullptr;
}

std::string help_hint(const CommandSpec& command) {
  return "'ibid " + std::string(command.name) + " --help' lists what there is";
}

Error unknown_option(const CommandSpec& command, std::string_view name) {
  std::vector<std::string> names;
  for (const auto* options : {&command.options, &common_options()}) {
    for (const OptionSpec& option : *options) names.emplace_back(option.name);
  }
  const auto guess = closest_match(name, names);
  return Error(ErrorCode::kUsage,
               "'ibid " + std::string(command.name) + "' has no option '--" + std::string(name) + "'",
               guess ? "did you mean '--" + *guess + "'?" : help_hint(command));
}

std::vector<std::string> texts_of(const std::vector<std::string_view>& views) {
  return {views.begin(), views.end()};
}

Result<void> check_choice(const std::string& subject, const std::vector<std::string_view>& choices,
                          const std::string& value) {
  if (choices.empty() || std::find(choices.begin(), choices.end(), value) != choices.end()) return {};
  const std::vector<std::string> texts = texts_of(choices);
  const auto guess = closest_match(value, texts);
  return Error(
      ErrorCode::kUsage, subject + " cannot be '" + value + "'",
      (guess ? "did you mean '" + *guess + "'? " : std::string()) + "possible: " + join(texts, ", "));
}

Result<void> check_value(const OptionSpec& option, const std::string& value) {
  const std::string subject = "'--" + std::string(option.name) + "'";
  IBID_TRY(check_choice(subject, option.choices, value));
  if (option.type == OptionType::kInteger) {
    const auto integer = parse_int64(value);
    if (!integer) return Error(ErrorCode::kUsage, subject + " needs a whole number, not '" + value + "'");
    if (option.least && *integer < *option.least) {
      return Error(ErrorCode::kUsage, subject + " cannot be " + value,
                   "the least is " + number_text(*option.least));
    }
  }
  if (option.type == OptionType::kNumber && !parse_double(value)) {
    return Error(ErrorCode::kUsage, subject + " needs a number, not '" + value + "'");
  }
  return {};
}

}  // namespace

// Walks once over the words and fills an invocation.
class WordReader {
 public:
  WordReader(const CommandSpec& command, std::span<const std::string> words, Invocation& result)
      : command_(command), words_(words), result_(result) {}

  Result<void> read() {
    bool options_end = false;
    while (next_ < words_.size()) {
      const std::string& word = words_[next_++];
      if (!options_end && word == "--") {
        options_end = true;
      } else if (!options_end && word.starts_with("--")) {
        IBID_TRY(read_long(std::string_view(word).substr(2)));
      } else if (!options_end && word.size() > 1 && word[0] == '-' && !parse_double(word)) {
        IBID_TRY(read_letters(std::string_view(word).substr(1)));
      } else {
        if (takes_the_rest()) options_end = true;
        IBID_TRY(take_argument(word));
      }
    }
    return check_complete();
  }

 private:
  Result<void> read_long(std::string_view text) {
    const size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    const OptionSpec* option = find_option(command_, name);
    if (option == nullptr) return unknown_option(command_, name);
    std::optional<std::string> value;
    if (equals != std::string_view::npos) value = text.substr(equals + 1);
    return take_option(*option, std::move(value));
  }

  // "-h", "-n 3", "-n3"; flags may stand together.
  Result<void> read_letters(std::string_view letters) {
    for (size_t i = 0; i < letters.size(); ++i) {
      const OptionSpec* option = find_letter(command_, letters[i]);
      if (option == nullptr) {
        return Error(ErrorCode::kUsage,
                     "'ibid " + std::string(command_.name) + "' has no option '-" + letters[i] + "'",
                     help_hint(command_));
      }
      const std::string_view rest = letters.substr(i + 1);
      if (option->type != OptionType::kFlag && !rest.empty()) return take_option(*option, std::string(rest));
      IBID_TRY(take_option(*option, std::nullopt));
    }
    return {};
  }

  Result<void> take_option(const OptionSpec& option, std::optional<std::string> value) {
    const std::string subject = "'--" + std::string(option.name) + "'";
    if (option.type == OptionType::kFlag) {
      if (value) return Error(ErrorCode::kUsage, subject + " takes no value", "write it alone");
      value = "";
    } else if (!value) {
      if (next_ == words_.size()) {
        return Error(ErrorCode::kUsage, subject + " needs a value",
                     "write --" + std::string(option.name) + " " + std::string(option.value_name));
      }
      value = words_[next_++];
    }
    IBID_TRY(check_value(option, *value));
    std::vector<std::string>& values = result_.options_[std::string(option.name)];
    if (!option.repeatable) values.clear();
    values.push_back(*std::move(value));
    return {};
  }

  bool takes_the_rest() const {
    return argument_ < command_.arguments.size() && command_.arguments[argument_].verbatim;
  }

  Result<void> take_argument(const std::string& word) {
    if (argument_ == command_.arguments.size()) {
      return Error(ErrorCode::kUsage,
                   "'ibid " + std::string(command_.name) + "' does not know what to do with '" + word + "'",
                   help_hint(command_));
    }
    const ArgumentSpec& argument = command_.arguments[argument_];
    IBID_TRY(check_choice(std::string(argument.name), argument.choices, word));
    result_.arguments_[std::string(argument.name)].push_back(word);
    if (!argument.repeatable) ++argument_;
    return {};
  }

  Result<void> check_complete() const {
    if (result_.wants_help()) return {};
    for (const ArgumentSpec& argument : command_.arguments) {
      if (!argument.required || result_.arguments_.contains(argument.name)) continue;
      return Error(ErrorCode::kUsage,
                   "'ibid " + std::string(command_.name) + "' needs " + std::string(argument.name) + ": " +
                       std::string(argument.help),
                   argument.choices.empty() ? help_hint(command_)
                                            : "possible: " + join(texts_of(argument.choices), ", "));
    }
    return {};
  }

  const CommandSpec& command_;
  std::span<const std::string> words_;
  Invocation& result_;
  size_t next_ = 0;
  size_t argument_ = 0;
};

Result<Invocation> Invocation::parse(const CommandSpec& command, std::span<const std::string> words) {
  Invocation result(command);
  IBID_TRY(WordReader(command, words, result).read());
  return result;
}

bool Invocation::flag(std::string_view option) const { return !texts(option).empty(); }

std::optional<std::string> Invocation::text(std::string_view option) const {
  const std::vector<std::string> values = texts(option);
  if (!values.empty()) return values.back();
  const std::string_view default_value = find_option(*command_, option)->default_value;
  return default_value.empty() ? std::nullopt : std::optional<std::string>(default_value);
}

std::optional<int64_t> Invocation::integer(std::string_view option) const {
  const auto value = text(option);
  return value ? parse_int64(*value) : std::nullopt;
}

std::optional<double> Invocation::number(std::string_view option) const {
  const auto value = text(option);
  return value ? parse_double(*value) : std::nullopt;
}

std::vector<std::string> Invocation::texts(std::string_view option) const {
  IBID_CHECK(find_option(*command_, option) != nullptr, "a command reads an option it does not describe");
  const auto found = options_.find(option);
  return found == options_.end() ? std::vector<std::string>{} : found->second;
}

std::optional<std::string> Invocation::argument(std::string_view name) const {
  const std::vector<std::string> values = arguments(name);
  return values.empty() ? std::nullopt : std::optional(values.front());
}

std::vector<std::string> Invocation::arguments(std::string_view name) const {
  const auto described = [&](const ArgumentSpec& argument) { return argument.name == name; };
  IBID_CHECK(std::ranges::any_of(command_->arguments, described),
             "a command reads an argument it does not describe");
  const auto found = arguments_.find(name);
  return found == arguments_.end() ? std::vector<std::string>{} : found->second;
}

}  // namespace ibid::cli
