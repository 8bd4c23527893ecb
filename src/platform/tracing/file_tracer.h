#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "platform/file_descriptor.h"
#include "platform/tracing/event_file.h"

namespace ibid::platform {

// Attaches to a process, which goes on running. Everything it starts is traced as well, and all of it is
// killed if the tracer dies: it could not open a file any more. Returns 0 or the error number.
int attach_tracer(pid_t process);

// Serves the stops of all traced processes until there are none, and writes an event for each file that they
// open, make, rename or remove, once for each path and use. Files below `left_out` and those of the system
// are not written down. What happens after the end of `program`, the first of them, is not written down
// either: then `done` is closed. It gets an int, 0, when `program` has become another by exec.
void trace_files(pid_t program, const EventFile& events, const std::vector<std::string>& left_out,
                 FileDescriptor done);

// Whether a file belongs to the system, to Python or to its packages: what the reports on hardware and
// software are about.
bool is_system_file(const std::string& path);

}  // namespace ibid::platform
