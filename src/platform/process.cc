#include "platform/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/text.h"
#include "platform/clock.h"
#include "platform/environment.h"
#include "platform/file_descriptor.h"
#include "platform/file_error.h"
#include "platform/spawn.h"

namespace ibid::platform {
namespace {

// Reads both pipes until the child has closed them. False: the deadline came first.
bool collect(const Pipe& output, const Pipe& error, std::optional<double> deadline, ProcessResult& result) {
  std::array<pollfd, 2> polled{pollfd{output.read_end.get(), POLLIN, 0},
                               pollfd{error.read_end.get(), POLLIN, 0}};
  const std::array<std::string*, 2> sinks{&result.standard_output, &result.standard_error};
  std::array<char, 65536> buffer;
  while (polled[0].fd >= 0 || polled[1].fd >= 0) {
    int wait_ms = -1;
    if (deadline) {
      const double left = *deadline - monotonic_seconds();
      if (left <= 0) return false;
      wait_ms = static_cast<int>(std::min(left, 1e6) * 1000.0) + 1;
    }
    if (::poll(polled.data(), polled.size(), wait_ms) < 0 && errno != EINTR) return true;
    for (size_t i = 0; i < polled.size(); ++i) {
      if (polled[i].fd < 0 || polled[i].revents == 0) continue;
      const ssize_t count = ::read(polled[i].fd, buffer.data(), buffer.size());
      if (count > 0) sinks[i]->append(buffer.data(), static_cast<size_t>(count));
      if (count == 0 || (count < 0 && errno != EINTR)) polled[i].fd = -1;
    }
  }
  return true;
}

}  // namespace

Result<ProcessResult> run_process(const ProcessRequest& request) {
  if (request.arguments.empty()) return Error(ErrorCode::kUsage, "no program was named", "name one to run");
  IBID_ASSIGN(Pipe output, make_pipe());
  IBID_ASSIGN(Pipe error, make_pipe());
  IBID_ASSIGN(const pid_t child, spawn(request, StandardInput::kEmpty, output, error));
  output.write_end.reset();
  error.write_end.reset();

  ProcessResult result;
  std::optional<double> deadline;
  if (request.timeout_seconds) deadline = monotonic_seconds() + *request.timeout_seconds;
  result.timed_out = !collect(output, error, deadline, result);
  if (result.timed_out) ::kill(child, SIGKILL);

  int status = 0;
  rusage usage{};
  while (::wait4(child, &status, 0, &usage) < 0) {
    if (errno != EINTR) return file_error("wait for", request.arguments.front(), errno);
  }
  result.exit_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  result.peak_resident_bytes = int64_t{usage.ru_maxrss} * 1024;
  return result;
}

int64_t process_id() { return ::getpid(); }

void end_with_parent(int64_t parent_process_id) {
  // Best effort: without it a killed parent leaves its children running.
  static_cast<void>(::prctl(PR_SET_PDEATHSIG, SIGTERM));
  if (::getppid() != parent_process_id) ::raise(SIGTERM);
}

Result<Path> program_path() {
  std::error_code problem;
  Path path = std::filesystem::read_symlink("/proc/self/exe", problem);
  if (problem) return file_error("read", "/proc/self/exe", problem.value());
  return path;
}

std::optional<Path> find_program(const std::string& name) {
  const auto runnable = [](const Path& path) {
    return ::access(path.c_str(), X_OK) == 0 && !is_folder(path);
  };
  if (name.find('/') != std::string::npos) return runnable(name) ? std::optional<Path>(name) : std::nullopt;
  for (const std::string& folder : split(environment_variable("PATH").value_or("/usr/bin:/bin"), ':')) {
    const Path candidate = Path(folder.empty() ? "." : folder) / name;
    if (runnable(candidate)) return candidate;
  }
  return std::nullopt;
}

}  // namespace ibid::platform
