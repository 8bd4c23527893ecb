#include "cli/console.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "platform/file_error.h"

namespace ibid::cli {
namespace {

std::string_view escape(Style style) {
  switch (style) {
    case Style::kPlain:
      return "";
    case Style::kDim:
      return "\x1b[2m";
    case Style::kBold:
      return "\x1b[1m";
    case Style::kGood:
      return "\x1b[32m";
    case Style::kWarning:
      return "\x1b[33m";
    case Style::kBad:
      return "\x1b[1;31m";
  }
  return "";
}

std::string coloured(bool allowed, Style style, std::string_view text) {
  if (!allowed || style == Style::kPlain) return std::string(text);
  return std::string(escape(style)) + std::string(text) + "\x1b[0m";
}

void write_error_stream(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace

void Console::print(std::string_view text) {
  show_progress("");
  // Flushed at once: who follows a long training through a pipe or a file sees it go on.
  const bool arrived =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!arrived && output_problem_ == 0) output_problem_ = errno;
}

std::string Console::styled(Style style, std::string_view text) const {
  return coloured(output_colour_, style, text);
}

int64_t Console::width() const {
  constexpr int64_t kReadable = 100;
  return std::min(kReadable, platform::terminal_width(platform::StandardStream::kOutput));
}

void Console::print_error(const Error& error) {
  show_progress("");
  std::fflush(stdout);
  const std::string label = "error[" + std::string(code_name(error.code())) + "]:";
  std::string text = coloured(error_colour_, Style::kBad, label) + " " + error.to_string() + "\n";
  if (!error.hint().empty())
    text += coloured(error_colour_, Style::kBold, "  hint:") + " " + error.hint() + "\n";
  write_error_stream(text);
}

void Console::warn(std::string_view text) {
  show_progress("");
  std::fflush(stdout);
  write_error_stream(coloured(error_colour_, Style::kWarning, "warning:") + " " + std::string(text) + "\n");
}

void Console::show_progress(std::string_view text) {
  if (!progress_wanted_ || (text.empty() && !progress_shown_)) return;
  const auto width = static_cast<size_t>(platform::terminal_width(platform::StandardStream::kError) - 1);
  write_error_stream("\r\x1b[K" + std::string(text.substr(0, width)));
  progress_shown_ = !text.empty();
}

Result<void> Console::finish() {
  show_progress("");
  if (std::fflush(stdout) != 0 && output_problem_ == 0) output_problem_ = errno;
  if (output_problem_ != 0) return platform::file_error("write", "standard output", output_problem_);
  return {};
}

}  // namespace ibid::cli
