#include "platform/file_trace.h"

#include <poll.h>
#include <sys/wait.h>

#include <cerrno>

namespace ibid::platform {
namespace {

// The program's end is what the tracer has waited for; writing the last event takes no time.
constexpr int kLongestWaitMilliseconds = 5000;

}  // namespace

Result<TracedChild> spawn_traced(const ProcessRequest& request, StandardInput input, const FileTrace& trace,
                                 const Pipe& output, const Pipe& error) {
  IBID_ASSIGN(Pipe status, make_pipe());
  ProcessRequest traced = request;
  const std::string program = request.arguments.front();
  traced.arguments = {trace.tracer.string(), std::to_string(status.write_end.get()), trace.events.string(),
                      std::to_string(trace.left_out.size())};
  traced.arguments.insert(traced.arguments.end(), trace.left_out.begin(), trace.left_out.end());
  traced.arguments.insert(traced.arguments.end(), request.arguments.begin(), request.arguments.end());
  IBID_ASSIGN(const pid_t child, spawn(traced, input, output, error, status.write_end.get()));
  status.write_end.reset();
  // Nothing to read: the program runs without a tracer.
  int problem = 0;
  while (::read(status.read_end.get(), &problem, sizeof problem) < 0 && errno == EINTR) {
  }
  if (problem == 0) return TracedChild{child, std::move(status.read_end)};
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return start_error(program, problem);
}

void await_events(const TracedChild& child) {
  pollfd end{child.events_written.get(), POLLIN, 0};
  while (::poll(&end, 1, kLongestWaitMilliseconds) < 0 && errno == EINTR) {
  }
}

}  // namespace ibid::platform
