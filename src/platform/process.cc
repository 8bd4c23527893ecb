#include "platform/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/text.h"
#include "platform/clock.h"
#include "platform/environment.h"
#include "platform/file_descriptor.h"
#include "platform/file_error.h"

extern char** environ;

namespace ibid::platform {
namespace {

struct Pipe {
  FileDescriptor read_end;
  FileDescriptor write_end;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return file_error("open", "a pipe", errno);
  return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

class SpawnActions {
 public:
  SpawnActions() { ::posix_spawn_file_actions_init(&actions_); }
  ~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

// Signals this process ignores would stay ignored in the child.
class SpawnAttributes {
 public:
  SpawnAttributes() {
    ::posix_spawnattr_init(&attributes_);
    sigset_t restored;
    ::sigemptyset(&restored);
    for (const int signal : {SIGXFSZ, SIGPIPE}) ::sigaddset(&restored, signal);
    ::posix_spawnattr_setsigdefault(&attributes_, &restored);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

std::vector<std::string> merged_environment(const ProcessRequest& request) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const auto replaced = [&](const auto& pair) { return text.starts_with(pair.first + "="); };
    if (std::none_of(request.environment.begin(), request.environment.end(), replaced))
      merged.push_back(text);
  }
  for (const auto& [name, value] : request.environment) merged.push_back(name + "=" + value);
  return merged;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

Result<pid_t> start(const ProcessRequest& request, const Pipe& output, const Pipe& error) {
  SpawnActions actions;
  ::posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(actions.get(), output.write_end.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(actions.get(), error.write_end.get(), STDERR_FILENO);
  if (request.folder) ::posix_spawn_file_actions_addchdir_np(actions.get(), request.folder->c_str());
  std::vector<std::string> arguments = request.arguments;
  std::vector<std::string> environment = merged_environment(request);
  const SpawnAttributes attributes;
  pid_t child = -1;
  const int problem = ::posix_spawnp(&child, arguments.front().c_str(), actions.get(), attributes.get(),
                                     pointers(arguments).data(), pointers(environment).data());
  if (problem != 0) return file_error("run", request.arguments.front(), problem);
  return child;
}

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
  IBID_ASSIGN(const pid_t child, start(request, output, error));
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

std::optional<Path> find_program(const std::string& name) {
  // A name with a slash is a path, as for shells.
  if (name.find('/') != std::string::npos) {
    const bool runs = ::access(name.c_str(), X_OK) == 0 && !is_folder(name);
    return runs ? std::optional<Path>(name) : std::nullopt;
  }
  for (const std::string& folder : split(environment_variable("PATH").value_or("/usr/bin:/bin"), ':')) {
    const Path candidate = Path(folder.empty() ? "." : folder) / name;
    if (::access(candidate.c_str(), X_OK) == 0 && !is_folder(candidate)) return candidate;
  }
  return std::nullopt;
}

}  // namespace ibid::platform
