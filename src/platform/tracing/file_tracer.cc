// Files of any program, by ptrace and seccomp.
//
// A filter in the program (call_filter.h) makes the few system calls that name files stop for the tracer; all
// others run at full speed. At the stop the arguments are read and, unless the path is one that need not be
// told, the call is let run to its end, since only then it is known whether it succeeded. This costs an
// opening two or three switches between processes.
//
// Rejected: LD_PRELOAD, which neither static programs nor those that call the kernel themselves heed;
// fanotify, which needs root and cannot tell one program's openings from another's; tracing every call, as
// strace does by itself, which makes programs with much input and output several times slower.

#include "platform/tracing/file_tracer.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "platform/tracing/file_calls.h"
#include "platform/tracing/traced_process.h"

namespace ibid::platform {
namespace {

using CallInfo = struct __ptrace_syscall_info;
constexpr int kCallStop = SIGTRAP | 0x80;

long trace(int request, pid_t process, unsigned long address = 0, unsigned long data = 0) {
  return ::ptrace(static_cast<__ptrace_request>(request), process, address, data);
}

std::optional<CallInfo> call_info(pid_t process) {
  CallInfo info{};
  const long n = trace(PTRACE_GET_SYSCALL_INFO, process, sizeof info, reinterpret_cast<unsigned long>(&info));
  if (n <= 0) return std::nullopt;
  return info;
}

std::optional<struct stat> status_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return status;
}

const char* mode_of(uint64_t flags, bool exists) {
  const uint64_t access = flags & O_ACCMODE;
  if (!exists || (flags & O_TRUNC) != 0) return "write";
  if (access == O_RDONLY) return "read";
  return access == O_WRONLY ? "write" : "update";
}

class Tracer {
 public:
  Tracer(pid_t program, const EventFile& events, const std::vector<std::string>& left_out,
         FileDescriptor done)
      : program_(program), events_(events), left_out_(left_out), done_(std::move(done)) {}

  void serve() {
    int status = 0;
    while (true) {
      const pid_t process = ::waitpid(-1, &status, __WALL);
      if (process < 0 && errno == EINTR) continue;
      if (process < 0) return;
      if (WIFSTOPPED(status)) {
        if (alive_.insert(process).second) early_.insert(process);
        on_stop(process, WSTOPSIG(status), status >> 16);
      } else {
        pending_.erase(process);
        if (alive_.erase(process) == 0) early_.insert(process);
        if (process == program_) finish();
      }
    }
  }

 private:
  // The program has ended; what it leaves behind is served but not told of.
  void finish() {
    if (!alive_.empty()) note("programs left behind went on: files they opened later are not listed");
    events_.write({{"event", "trace_end"}});
    recording_ = false;
    done_.reset();
  }

  void on_stop(pid_t process, int signal, int event) {
    if (event == PTRACE_EVENT_SECCOMP) return on_call(process);
    if (signal == kCallStop) return on_return(process);
    if (event == PTRACE_EVENT_EXEC) on_exec(process);
    if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE)
      on_child(process);
    if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
      trace(PTRACE_LISTEN, process);  // stopped as by Ctrl-Z: until somebody continues it
    } else {
      const int delivered = event == 0 ? signal : 0;
      trace(PTRACE_CONT, process, 0, static_cast<unsigned long>(delivered));
    }
  }

  void on_call(pid_t process) {
    const std::optional<CallInfo> info = recording_ ? call_info(process) : std::nullopt;
    const FileCall* call = info ? find_file_call(static_cast<int64_t>(info->seccomp.nr)) : nullptr;
    std::optional<Json> told = call != nullptr ? describe(process, *call, *info) : std::nullopt;
    if (!told) {
      trace(PTRACE_CONT, process);
      return;
    }
    pending_[process] = std::move(*told);
    trace(PTRACE_SYSCALL, process);
  }

  void on_return(pid_t process) {
    const auto pending = pending_.find(process);
    if (pending != pending_.end()) {
      const std::optional<CallInfo> info = call_info(process);
      if (info && info->op == PTRACE_SYSCALL_INFO_EXIT && info->exit.is_error == 0)
        tell(process, std::move(pending->second));
      pending_.erase(process);
    }
    trace(PTRACE_CONT, process);
  }

  // Known from its parent: its own first stop may come after the parent's end, and even its end may come
  // before.
  void on_child(pid_t parent) {
    unsigned long child = 0;
    if (trace(PTRACE_GETEVENTMSG, parent, 0, reinterpret_cast<unsigned long>(&child)) != 0) return;
    const auto process = static_cast<pid_t>(child);
    if (early_.erase(process) == 0) alive_.insert(process);
  }

  // A program is read when it is started.
  void on_exec(pid_t process) {
    pending_.erase(process);
    if (process == program_ && !started_) {
      started_ = true;
      const int none = 0;
      [[maybe_unused]] const ssize_t count = ::write(done_.get(), &none, sizeof none);
    }
    if (!recording_) return;
    const std::string path = traced_program(process);
    note_other_word_size(path);
    if (path.empty() || is_left_out(path)) return;
    Json event = {{"event", "open"}, {"path", path}, {"mode", "read"}};
    add_status(event, status_of(path));
    tell(process, std::move(event));
  }

  void note_other_word_size(const std::string& path) {
    std::array<char, 5> head{};
    std::ifstream file(path, std::ios::binary);
    if (file.read(head.data(), head.size()) && head[4] == 1 && sizeof(void*) == 8)
      note(path + " is a program of 32 bits: the files it opens are not traced");
  }

  // The event of a call that is about to happen; nothing if it need not be told.
  std::optional<Json> describe(pid_t process, const FileCall& call, const CallInfo& info) {
    const auto& arguments = info.seccomp.args;
    const auto path = path_of(process, arguments, call.path, call.folder);
    if (!path) return std::nullopt;
    uint64_t flags = call.flags >= 0 ? arguments[call.flags] : O_CREAT | O_WRONLY | O_TRUNC;
    if (call.flags_by_address) flags = traced_word(process, flags).value_or(0);
    if (call.kind == FileCallKind::kOpen) return describe_opening(*path, flags);
    if (call.other_path >= 0) {
      const auto to = path_of(process, arguments, call.other_path, call.other_folder);
      if (!to || (is_left_out(*to) && is_left_out(*path))) return std::nullopt;
      const char* kind = call.kind == FileCallKind::kLink ? "link" : "rename";
      return Json{{"event", kind}, {"path", *path}, {"to", *to}};
    }
    if (is_left_out(*path)) return std::nullopt;
    if (call.kind == FileCallKind::kTruncate)
      return Json{{"event", "open"}, {"path", *path}, {"mode", "update"}};
    if (call.flags >= 0 && (flags & AT_REMOVEDIR) != 0) return std::nullopt;
    return Json{{"event", "remove"}, {"path", *path}};
  }

  std::optional<Json> describe_opening(const std::string& path, uint64_t flags) const {
    // A path is all that O_PATH opens, and O_TMPFILE's has no name until it is linked.
    if ((flags & (O_PATH | O_DIRECTORY)) != 0 || is_left_out(path)) return std::nullopt;
    const auto seen = [&](const char* mode) { return told_.contains(std::string(mode) + path); };
    const bool only_reads = (flags & O_ACCMODE) == O_RDONLY && (flags & (O_TRUNC | O_CREAT)) == 0;
    if (only_reads && seen("open read ")) return std::nullopt;
    const std::optional<struct stat> status = status_of(path);
    if (status && S_ISDIR(status->st_mode)) return std::nullopt;
    const char* mode = mode_of(flags, status.has_value() || only_reads);
    if (seen((std::string("open ") + mode + " ").c_str())) return std::nullopt;
    Json event = {{"event", "open"}, {"path", path}, {"mode", mode}};
    if (std::string_view(mode) != "write") add_status(event, status);
    return event;
  }

  static void add_status(Json& event, const std::optional<struct stat>& status) {
    if (!status) return;
    event["size"] = int64_t{status->st_size};
    event["modified_ns"] = int64_t{status->st_mtim.tv_sec} * 1'000'000'000 + status->st_mtim.tv_nsec;
  }

  template <class Arguments>
  static std::optional<std::string> path_of(pid_t process, const Arguments& arguments, int path, int folder) {
    const std::optional<std::string> text = traced_text(process, arguments[path]);
    if (!text) return std::nullopt;
    return traced_path(process, folder < 0 ? AT_FDCWD : static_cast<int>(arguments[folder]), *text);
  }

  bool is_left_out(const std::string& path) const {
    return is_system_file(path) || std::any_of(left_out_.begin(), left_out_.end(),
                                               [&](const auto& folder) { return path.starts_with(folder); });
  }

  void tell(pid_t process, Json event) {
    const auto kind = event["event"].get<std::string>();
    if (kind == "rename") {
      const auto status = status_of(event["to"].get<std::string>());
      event["folder"] = status && S_ISDIR(status->st_mode);
    }
    const bool once = kind == "open";
    const std::string key = kind + " " + event.value("mode", "") + " " + event["path"].get<std::string>();
    if (once && told_.contains(key)) return;
    if (!sees_our_files(process)) {
      note("a program in a chroot or container of its own opened files: they are not listed");
      return;
    }
    if (once) told_.insert(key);
    events_.write(event);
  }

  void note(const std::string& text) {
    if (told_.insert("note " + text).second) events_.write({{"event", "note"}, {"text", text}});
  }

  pid_t program_;
  const EventFile& events_;
  const std::vector<std::string>& left_out_;
  FileDescriptor done_;
  bool started_ = false, recording_ = true;
  std::map<pid_t, Json> pending_;  // calls that have begun, by thread
  std::set<pid_t> alive_;          // threads, those of other processes too
  std::set<pid_t> early_;          // that were heard of before their parent's stop told of them
  std::set<std::string> told_;
};

}  // namespace

int attach_tracer(pid_t process) {
  constexpr unsigned long kOptions = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                                     PTRACE_O_TRACEEXEC | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD |
                                     PTRACE_O_EXITKILL;
  return trace(PTRACE_SEIZE, process, 0, kOptions) == 0 ? 0 : errno;
}

void trace_files(pid_t program, const EventFile& events, const std::vector<std::string>& left_out,
                 FileDescriptor done) {
  Tracer(program, events, left_out, std::move(done)).serve();
}

bool is_system_file(const std::string& path) {
  static constexpr std::array<std::string_view, 21> kFolders = {
      "/proc/",          "/sys/",           "/dev/",
      "/etc/",           "/bin/",           "/sbin/",
      "/lib/",           "/lib32/",         "/lib64/",
      "/libx32/",        "/usr/bin/",       "/usr/sbin/",
      "/usr/lib/",       "/usr/lib32/",     "/usr/lib64/",
      "/usr/libx32/",    "/usr/libexec/",   "/usr/include/",
      "/usr/local/bin/", "/usr/local/lib/", "/usr/share/locale/"};
  // Python and its packages wherever they are installed.
  static constexpr std::array<std::string_view, 6> kParts = {"/site-packages/", "/dist-packages/",
                                                             "/lib/python3",    "/lib64/python3",
                                                             "/__pycache__/",   "/usr/share/zoneinfo/"};
  return std::any_of(kFolders.begin(), kFolders.end(),
                     [&](auto folder) { return path.starts_with(folder); }) ||
         std::any_of(kParts.begin(), kParts.end(), [&](auto part) { return path.find(part) != path.npos; }) ||
         path.ends_with(".pyc") || path.ends_with("/pyvenv.cfg");
}

}  // namespace ibid::platform
