#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "platform/file.h"

namespace ibid::platform {

struct ProcessRequest {
  std::vector<std::string> arguments;  // the first is the program: a path, or a name sought in PATH
  std::vector<std::pair<std::string, std::string>> environment;  // added to or replacing this process's own
  std::optional<Path> folder;                                    // to run in; else the current one
  std::optional<double> timeout_seconds;                         // then the child is killed
  std::optional<unsigned> umask = {};                            // of the child; else this process's own
  bool empty_input = false;  // for supervise(): the child does not get this process's standard input
};

struct ProcessResult {
  int exit_status = 0;  // 128 + signal if a signal ended it, as shells count
  bool timed_out = false;
  std::string standard_output;
  std::string standard_error;
  int64_t peak_resident_bytes = 0;
};

// Runs a program to its end and keeps what it prints; its standard input is empty. An error only if it could
// not be started: a program that fails is a result.
Result<ProcessResult> run_process(const ProcessRequest& request);

int64_t process_id();

// Asks the system to end this process (SIGTERM) when the thread that started it is no more, however that came
// about. Does so at once if the parent is another by now.
void end_with_parent(int64_t parent_process_id);

// The file this program was started from.
Result<Path> program_path();

// Where a program lies: as it is if it names a folder, else in PATH. Nothing if it is not there or may not be
// run.
std::optional<Path> find_program(const std::string& name);

}  // namespace ibid::platform
