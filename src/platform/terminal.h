#pragma once

#include <cstdint>

namespace ibid::platform {

enum class StandardStream { kOutput = 1, kError = 2 };

bool is_terminal(StandardStream stream);

// Columns of the terminal behind the stream; 80 where there is none or it does not say.
int64_t terminal_width(StandardStream stream);

// Whether escape sequences for colour are wanted there: only on a terminal that can, and not if NO_COLOR is
// set (no-color.org).
bool colour_allowed(StandardStream stream);

}  // namespace ibid::platform
