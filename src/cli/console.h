#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "platform/terminal.h"

namespace ibid::cli {

enum class Style { kPlain, kBold, kDim, kGood, kWarning, kBad };

// Where a command prints: results to standard output, everything else to standard error. Commands print
// through this and in no other way.
class Console {
 public:
  void print(std::string_view text);

  // `text` in colour where standard output is a terminal that shows it, else as it is.
  std::string styled(Style style, std::string_view text) const;

  int64_t width() const;

  // error[code]: message, and the hint on a line of its own.
  void print_error(const Error& error);

  // warning: text, where errors go.
  void warn(std::string_view text);

  // A line that overwrites itself; only on a terminal. An empty text removes it.
  void show_progress(std::string_view text);

  // Everything printed has to have arrived: a full disk behind "> file" must not look like success.
  Result<void> finish();

 private:
  bool output_colour_ = platform::colour_allowed(platform::StandardStream::kOutput);
  bool error_colour_ = platform::colour_allowed(platform::StandardStream::kError);
  bool progress_wanted_ = platform::is_terminal(platform::StandardStream::kError);
  bool progress_shown_ = false;
  int output_problem_ = 0;
};

}  // namespace ibid::cli
