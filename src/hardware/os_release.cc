#include "hardware/os_release.h"

#include "base/text.h"

namespace ibid::hardware {
namespace {

std::string unquoted(std::string_view text) {
  const bool quoted =
      text.size() >= 2 && text.front() == text.back() && (text.front() == '"' || text.front() == '\'');
  if (!quoted) return std::string(text);
  const bool takes_backslashes = text.front() == '"';
  text = text.substr(1, text.size() - 2);
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escapes = takes_backslashes && text[i] == '\\' && i + 1 < text.size() &&
                         std::string_view("\"$`\\").find(text[i + 1]) != std::string_view::npos;
    out += escapes ? text[++i] : text[i];
  }
  return out;
}

}  // namespace

Result<std::string> shell_value(std::string_view text, std::string_view key, std::string_view name) {
  for (const std::string& line : split(text, '\n')) {
    const std::string_view assignment = trim(line);
    if (!assignment.starts_with(key) || assignment.substr(key.size()).find('=') != 0) continue;
    std::string value = unquoted(trim(assignment.substr(key.size() + 1)));
    if (!value.empty()) return value;
  }
  return Error(ErrorCode::kNotFound, std::string(name) + " has no '" + std::string(key) + "'");
}

}  // namespace ibid::hardware
