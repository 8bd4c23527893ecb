#include "platform/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "platform/environment.h"

namespace ibid::platform {

bool is_terminal(StandardStream stream) { return ::isatty(static_cast<int>(stream)) == 1; }

int64_t terminal_width(StandardStream stream) {
  constexpr int64_t kDefaultWidth = 80;
  winsize size{};
  if (::ioctl(static_cast<int>(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kDefaultWidth;
  return size.ws_col;
}

bool colour_allowed(StandardStream stream) {
  if (!is_terminal(stream)) return false;
  if (!environment_variable("NO_COLOR").value_or("").empty()) return false;
  const auto kind = environment_variable("TERM");
  return kind.has_value() && *kind != "dumb";
}

}  // namespace ibid::platform
