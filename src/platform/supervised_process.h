#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "platform/file_trace.h"
#include "platform/process.h"

namespace ibid::platform {

enum class OutputStream { kOutput, kError };

// How a supervised program ended: with an exit status, or by a signal.
struct SupervisedEnd {
  std::optional<int> exit_status;
  std::optional<int> signal;
  double seconds = 0.0;  // from start to end, by the clock
  double user_seconds = 0.0, system_seconds = 0.0;
  int64_t peak_resident_bytes = 0;
  // Another program that it started still holds its output; what that prints from now on is not seen.
  bool output_left_open = false;

  // As a shell would tell it: 128 + signal.
  int shell_status() const { return signal ? 128 + *signal : *exit_status; }
};

// Runs a program in the foreground: it keeps this process's standard input unless that is to be empty, and
// what it prints is handed over as it comes. SIGINT, SIGTERM and SIGHUP that somebody sends to this process
// are passed on to it, those of the terminal reach it anyway; this process waits for its end. With `trace`
// the files it opens are written down. Errors: it could not be started.
Result<SupervisedEnd> supervise(const ProcessRequest& request,
                                const std::function<void(OutputStream, std::string_view)>& on_output,
                                const FileTrace* trace = nullptr);

}  // namespace ibid::platform
