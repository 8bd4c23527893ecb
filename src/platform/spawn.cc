#include "platform/spawn.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <functional>
#include <thread>

#include "platform/file_error.h"

extern char** environ;

namespace ibid::platform {
namespace {

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

// posix_spawn has no word for the umask, which all threads of a process share: a thread that has stopped
// sharing it starts the child. Where a container forbids that, other threads have the mask for as long as it
// takes.
void with_umask(unsigned mask, const std::function<void()>& start) {
  std::thread([&] {
    const bool own = ::unshare(CLONE_FS) == 0;
    const mode_t before = ::umask(static_cast<mode_t>(mask));
    start();
    if (!own) ::umask(before);
  }).join();
}

}  // namespace

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return file_error("open", "a pipe", errno);
  return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

Result<pid_t> spawn(const ProcessRequest& request, StandardInput input, const Pipe& output, const Pipe& error,
                    int inherited) {
  SpawnActions actions;
  if (input == StandardInput::kEmpty)
    ::posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(actions.get(), output.write_end.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(actions.get(), error.write_end.get(), STDERR_FILENO);
  // Onto itself: it is not closed when the program starts.
  if (inherited >= 0) ::posix_spawn_file_actions_adddup2(actions.get(), inherited, inherited);
  if (request.folder) ::posix_spawn_file_actions_addchdir_np(actions.get(), request.folder->c_str());
  std::vector<std::string> arguments = request.arguments;
  std::vector<std::string> environment = merged_environment(request);
  const SpawnAttributes attributes;
  pid_t child = -1;
  int problem = 0;
  const auto start = [&] {
    problem = ::posix_spawnp(&child, arguments.front().c_str(), actions.get(), attributes.get(),
                             pointers(arguments).data(), pointers(environment).data());
  };
  if (request.umask) {
    with_umask(*request.umask, start);
  } else {
    start();
  }
  if (problem != 0) return start_error(request.arguments.front(), problem);
  return child;
}

Error start_error(const std::string& program, int error_number) {
  const std::optional<Path> path = find_program(program);
  if (error_number == ENOEXEC) {
    return Error(ErrorCode::kPermission, "cannot run '" + program + "': it is no program for this machine",
                 "if it is a script, name its interpreter: python3 " + program);
  }
  if (error_number != ENOENT || !path) return file_error("run", program, error_number);
  // The file is there; so what it asks for is not.
  std::string line;
  std::ifstream file(*path);
  std::getline(file, line);
  const std::string asked =
      line.starts_with("#!") ? "its interpreter '" + line.substr(2) + "'" : "the loader it was linked for";
  return Error(ErrorCode::kNotFound, "cannot run '" + program + "': " + asked + " is not there",
               "install it, or name another one: python3 " + program);
}

}  // namespace ibid::platform
