#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "verify/recorded_run.h"

namespace ibid::cli {

class Invocation;

// Options of commands that record programs: --output, --metric, --digest-every, --max-output, --no-hook, and
// those of what is enforced: --seed, --deterministic, --fixed-threads, --strict.
std::vector<OptionSpec> recording_options();

// Of the arguments COMMAND, to run in the current folder.
Result<verify::RecordOptions> read_recording_options(const Invocation& invocation);

// What could not be enforced, a line each with this indent.
std::string not_enforced_text(const Json& not_enforced, const std::string& indent);

// An error unless there is such a program (code not-found) and it may be run (code permission).
Result<void> check_program(const std::string& program);

// Where to record: --output, or a free folder below `parent`. Each of several processes that mpirun, torchrun
// or srun has started gets one of its own, with -rank-N.
platform::Path record_path(const Invocation& invocation, const std::string& parent,
                           const std::vector<std::string>& command);

// What to call a run: the script's name rather than the interpreter's.
std::string run_name(const std::vector<std::string>& command);

}  // namespace ibid::cli
