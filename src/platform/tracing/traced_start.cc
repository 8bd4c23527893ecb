#include "platform/tracing/traced_start.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <system_error>

#include "platform/process.h"
#include "platform/tracing/call_filter.h"
#include "platform/tracing/file_tracer.h"

namespace ibid::platform {
namespace {

constexpr const char* kRemedy =
    "in a container allow ptrace (--cap-add=SYS_PTRACE), elsewhere see kernel.yama.ptrace_scope";

bool read_int(int from, int& value) { return ::read(from, &value, sizeof value) == sizeof value; }
bool write_int(int to, int value) { return ::write(to, &value, sizeof value) == sizeof value; }

// The tracer lives on when the program's parents have gone, is not reached by the terminal's signals, and
// holds nothing of the program's open.
void settle(std::array<int, 4> kept) {
  ::setsid();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP}) ::signal(signal, SIG_IGN);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  std::sort(kept.begin(), kept.end());
  unsigned first = 0;
  for (const int descriptor : kept) {
    const auto next = static_cast<unsigned>(descriptor);
    if (next > first) ::close_range(first, next - 1, 0);
    first = next + 1;
  }
  ::close_range(first, ~0U, 0);
  [[maybe_unused]] const int problem = ::chdir("/");
}

struct Channel {
  std::array<int, 2> to_tracer, to_program;
};

[[noreturn]] void run_tracer(const TracedStart& start, const EventFile& events, const Channel& channel,
                             pid_t program) {
  settle({events.descriptor(), channel.to_tracer[0], channel.to_program[1], start.status_descriptor});
  int permitted = 0;
  if (!write_int(channel.to_program[1], ::getpid()) || !read_int(channel.to_tracer[0], permitted)) ::_exit(1);
  const int problem = attach_tracer(program);
  write_int(channel.to_program[1], problem);
  ::close(channel.to_program[1]);
  ::close(channel.to_tracer[0]);
  if (problem == 0) trace_files(program, events, start.left_out, FileDescriptor(start.status_descriptor));
  ::_exit(0);
}

// Forks twice: the program must not find a child that it has not started.
bool fork_tracer(const TracedStart& start, const EventFile& events, const Channel& channel) {
  const pid_t program = ::getpid();
  const pid_t between = ::fork();
  if (between < 0) return false;
  if (between == 0) {
    if (::fork() == 0) run_tracer(start, events, channel, program);
    ::_exit(0);
  }
  while (::waitpid(between, nullptr, 0) < 0 && errno == EINTR) {
  }
  return true;
}

// Why there is no tracer; empty if there is one.
std::string attach(const TracedStart& start, const EventFile& events) {
  Channel channel{};
  if (::pipe2(channel.to_tracer.data(), O_CLOEXEC) != 0 || ::pipe2(channel.to_program.data(), O_CLOEXEC) != 0)
    return "no pipe could be opened";
  if (!fork_tracer(start, events, channel)) return "no process could be forked";
  ::close(channel.to_tracer[0]);
  ::close(channel.to_program[1]);
  int tracer = 0, problem = 0;
  std::string why = "the tracer ended at once";
  if (read_int(channel.to_program[0], tracer)) {
    // Where Yama guards processes, one has to allow a tracer that is not among its parents.
    ::prctl(PR_SET_PTRACER, static_cast<unsigned long>(tracer), 0, 0, 0);
    write_int(channel.to_tracer[1], 1);
    if (read_int(channel.to_program[0], problem))
      why = problem == 0 ? "" : "ptrace: " + std::generic_category().message(problem) + "; " + kRemedy;
  }
  ::close(channel.to_tracer[1]);
  ::close(channel.to_program[0]);
  return why;
}

void begin(const TracedStart& start, const EventFile& events) {
  std::string why = attach(start, events);
  bool no_new_privileges = false;
  if (why.empty()) {
    if (const int problem = install_call_filter(no_new_privileges); problem != 0)
      why = "seccomp: " + std::generic_category().message(problem) +
            "; this kernel or container forbids filters";
  }
  if (why.empty())
    events.write(
        {{"event", "trace"}, {"by", "ptrace and seccomp"}, {"no_new_privileges", no_new_privileges}});
  else
    events.write({{"event", "no_trace"}, {"reason", why}});
}

}  // namespace

int start_traced(const TracedStart& start) {
  ::fcntl(start.status_descriptor, F_SETFD, FD_CLOEXEC);
  {
    const EventFile events = EventFile::open(start.events);
    if (events.valid()) begin(start, events);
  }
  std::vector<std::string> words = start.command;
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  // Unlike execvp, this leaves a file that is no program alone instead of giving it to a shell.
  const std::optional<Path> program = find_program(words.front());
  errno = ENOENT;
  if (program) ::execv(program->c_str(), pointers.data());
  write_int(start.status_descriptor, errno);
  return 127;
}

}  // namespace ibid::platform
