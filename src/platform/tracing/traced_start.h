#pragma once

#include <string>
#include <vector>

#include "platform/file.h"

namespace ibid::platform {

// What the program ibid-file-tracer is told on its command line.
struct TracedStart {
  int status_descriptor;  // of a pipe, see file_trace.h
  Path events;
  std::vector<std::string> left_out;
  std::vector<std::string> command;
};

// Becomes the program, in this process, with a tracer beside it that is no child of it. Where tracing is not
// permitted the program runs without, and the events say why. Returns only if there is no such program.
int start_traced(const TracedStart& start);

}  // namespace ibid::platform
