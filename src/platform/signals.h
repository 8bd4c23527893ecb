#pragma once

#include "base/result.h"

namespace ibid::platform {

// From here on Ctrl-C (SIGINT) and SIGTERM ask long work to stop at the next safe place; the second one ends
// the process at once. Writing past a limit on file sizes becomes an error instead of a death.
void install_signal_handlers();

// Whether a stop was asked for. Cheap enough for every step of a loop.
bool stop_requested();

// An error (code interrupted) once a stop was asked for.
Result<void> check_not_stopped();

}  // namespace ibid::platform
