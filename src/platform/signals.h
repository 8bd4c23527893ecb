#pragma once

#include <cstdint>

#include "base/result.h"

namespace ibid::platform {

// From here on Ctrl-C (SIGINT) and SIGTERM ask long work to stop at the next safe place; the second one ends
// the process at once. Writing past a limit on file sizes becomes an error instead of a death.
void install_signal_handlers();

// Whether a stop was asked for. Cheap enough for every step of a loop.
bool stop_requested();

// An error (code interrupted) once a stop was asked for.
Result<void> check_not_stopped();

// While it lives, SIGINT, SIGTERM and SIGHUP sent to this process go on to a child instead of stopping this
// process. Those that the terminal makes are not passed on: it sends them to the child itself.
class SignalForwarding {
 public:
  explicit SignalForwarding(int64_t child_process_id);
  ~SignalForwarding();
  SignalForwarding(const SignalForwarding&) = delete;
  SignalForwarding& operator=(const SignalForwarding&) = delete;
};

}  // namespace ibid::platform
