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

// How many children signals can be forwarded to at once.
inline constexpr int64_t kMostForwardings = 256;

// While it lives, SIGINT, SIGTERM and SIGHUP sent to this process go on to a child (and to those of other
// such objects) instead of stopping this process. Those that the terminal makes are not passed on: it sends
// them to the child itself. A child that was started when a stop had been asked for already is ended at once.
class SignalForwarding {
 public:
  explicit SignalForwarding(int64_t child_process_id);
  ~SignalForwarding();
  SignalForwarding(const SignalForwarding&) = delete;
  SignalForwarding& operator=(const SignalForwarding&) = delete;

 private:
  int64_t place_ = -1;
};

}  // namespace ibid::platform
