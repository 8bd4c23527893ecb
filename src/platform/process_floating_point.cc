#include "platform/process_floating_point.h"

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/number_text.h"

namespace ibid::platform {
namespace {

Error refused(int64_t process_id, int error_number) {
  return Error(ErrorCode::kPermission,
               "the registers of process " + number_text(process_id) +
                   " may not be read: " + std::strerror(error_number),
               "root may, or the owner of the process where kernel.yama.ptrace_scope is 0 and no other "
               "debugger looks at it");
}

// Stops a process for as long as this object lives.
class Stopped {
 public:
  explicit Stopped(pid_t process) : process_(process) {
    if (::ptrace(PTRACE_SEIZE, process, nullptr, nullptr) != 0) {
      problem_ = errno;
      return;
    }
    seized_ = true;
    if (::ptrace(PTRACE_INTERRUPT, process, nullptr, nullptr) != 0) problem_ = errno;
    int status = 0;
    while (problem_ == 0 && ::waitpid(process, &status, __WALL) < 0) {
      if (errno != EINTR) problem_ = errno;
    }
    if (problem_ == 0 && !WIFSTOPPED(status)) problem_ = ESRCH;
    // A signal that arrived meanwhile is handed on.
    if (problem_ == 0 && status >> 16 != PTRACE_EVENT_STOP) signal_ = WSTOPSIG(status);
  }
  ~Stopped() {
    if (seized_) ::ptrace(PTRACE_DETACH, process_, nullptr, signal_);
  }
  Stopped(const Stopped&) = delete;
  Stopped& operator=(const Stopped&) = delete;

  int problem() const { return problem_; }

 private:
  pid_t process_;
  int problem_ = 0;
  bool seized_ = false;
  long signal_ = 0;
};

}  // namespace

Result<FloatingPointState> floating_point_of_process(int64_t process_id) {
  const auto process = static_cast<pid_t>(process_id);
  const Stopped stopped(process);
  if (stopped.problem() != 0) return refused(process_id, stopped.problem());
#if defined(__x86_64__)
  user_fpregs_struct registers{};
  iovec place{&registers, sizeof registers};
  if (::ptrace(PTRACE_GETREGSET, process, NT_PRFPREG, &place) != 0) return refused(process_id, errno);
  constexpr auto kRoundings =
      std::to_array<const char*>({"to nearest", "downward", "upward", "towards zero"});
  const unsigned control = registers.mxcsr;
  return FloatingPointState{(control & 0x8000U) != 0, (control & 0x40U) != 0, kRoundings[control >> 13 & 3U]};
#elif defined(__aarch64__)
  user_fpsimd_struct registers{};
  iovec place{&registers, sizeof registers};
  if (::ptrace(PTRACE_GETREGSET, process, NT_PRFPREG, &place) != 0) return refused(process_id, errno);
  constexpr auto kRoundings =
      std::to_array<const char*>({"to nearest", "upward", "downward", "towards zero"});
  const unsigned control = registers.fpcr;
  const bool flushes = (control >> 24 & 1U) != 0;  // operands and results alike
  return FloatingPointState{flushes, flushes, kRoundings[control >> 22 & 3U]};
#else
  return Error(ErrorCode::kUnsupported, "the registers of this kind of processor are not known to ibid",
               "run ibid on x86-64 or 64-bit ARM");
#endif
}

}  // namespace ibid::platform
