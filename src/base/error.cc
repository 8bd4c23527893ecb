#include "base/error.h"

#include "base/check.h"

namespace ibid {
namespace {

struct CodeFacts {
  std::string_view name;
  int exit_status;
  std::string_view meaning;
};

const CodeFacts& facts(ErrorCode code) {
  static constexpr CodeFacts kFacts[] = {
#define IBID_ERROR(enumerator, name, exit_status, meaning) {name, exit_status, meaning},
#include "specs/errors.def"
#undef IBID_ERROR
  };
  return kFacts[static_cast<size_t>(code)];
}

}  // namespace

std::string_view code_name(ErrorCode code) { return facts(code).name; }

std::optional<ErrorCode> code_of_name(std::string_view name) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    if (facts(static_cast<ErrorCode>(code)).name == name) return static_cast<ErrorCode>(code);
  }
  return std::nullopt;
}

int exit_status(ErrorCode code) { return facts(code).exit_status; }
std::string_view meaning(ErrorCode code) { return facts(code).meaning; }

std::string Error::to_string() const {
  std::string text;
  for (auto frame = context_.rbegin(); frame != context_.rend(); ++frame) {
    text += *frame;
    text += ": ";
  }
  text += message_;
  return text;
}

}  // namespace ibid
