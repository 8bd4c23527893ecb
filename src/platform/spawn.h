#pragma once

#include <sys/types.h>

#include "base/result.h"
#include "platform/file_descriptor.h"
#include "platform/process.h"

namespace ibid::platform {

struct Pipe {
  FileDescriptor read_end;
  FileDescriptor write_end;
};

Result<Pipe> make_pipe();

enum class StandardInput { kEmpty, kInherited };

// Starts a program whose output and error go into the pipes, and that has the descriptor `inherited` too (-1:
// none). The caller waits for it. Errors: it does not exist, or may not be run.
Result<pid_t> spawn(const ProcessRequest& request, StandardInput input, const Pipe& output, const Pipe& error,
                    int inherited = -1);

// Why a program could not be started, which execve's error number alone does not tell: of a script it may be
// the interpreter that is not there.
Error start_error(const std::string& program, int error_number);

}  // namespace ibid::platform
