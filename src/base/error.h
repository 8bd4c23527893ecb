#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ibid {

enum class ErrorCode {
#define IBID_ERROR(name, code, exit_status, meaning) name,
#include "specs/errors.def"
#undef IBID_ERROR
};

std::string_view code_name(ErrorCode code);
// Nothing if no code has this name.
std::optional<ErrorCode> code_of_name(std::string_view name);
int exit_status(ErrorCode code);
std::string_view meaning(ErrorCode code);

// Something in the outside world is not as it has to be. The message says what happened and where, the hint
// what to do next; context frames, added on the way up, say what was being attempted.
class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string message, std::string hint = {})
      : code_(code), message_(std::move(message)), hint_(std::move(hint)) {}

  ErrorCode code() const { return code_; }
  const std::string& message() const { return message_; }
  const std::string& hint() const { return hint_; }

  Error&& with_context(std::string frame) && {
    context_.push_back(std::move(frame));
    return std::move(*this);
  }

  // "while loading the data set: while opening x: no such file", outermost frame first.
  std::string to_string() const;

 private:
  ErrorCode code_;
  std::string message_;
  std::string hint_;
  std::vector<std::string> context_;
};

}  // namespace ibid
