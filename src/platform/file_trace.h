#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "platform/file_descriptor.h"
#include "platform/process.h"
#include "platform/spawn.h"

namespace ibid::platform {

// How to write down the files that a program and all that it starts open, whatever they are written in.
struct FileTrace {
  Path tracer;                        // the program ibid-file-tracer
  Path events;                        // gets the events (docs/formats/recorded_run.md)
  std::vector<std::string> left_out;  // paths that begin like this are not written down
};

struct TracedChild {
  pid_t process;
  // Closed by the tracer when it has written all events of the program, after the program's end.
  FileDescriptor events_written;
};

// Like spawn(), through the tracer, which becomes the program: its process, parent and signals are as without
// tracing. What differs: set-user-ID programs have no privileges unless root starts them, and no debugger can
// be used. Where tracing is not permitted the program runs all the same, and the events say why not.
Result<TracedChild> spawn_traced(const ProcessRequest& request, StandardInput input, const FileTrace& trace,
                                 const Pipe& output, const Pipe& error);

// Waits until the tracer has written everything. A tracer that was killed counts as done.
void await_events(const TracedChild& child);

}  // namespace ibid::platform
