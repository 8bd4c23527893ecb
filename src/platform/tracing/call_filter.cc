#include "platform/tracing/call_filter.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <vector>

#include "platform/tracing/file_calls.h"

namespace ibid::platform {
namespace {

#if defined(__x86_64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "name this processor's AUDIT_ARCH_ constant"
#endif

sock_filter load(size_t offset) {
  return sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<unsigned>(offset)};
}

sock_filter jump_if_equal(unsigned value, size_t if_true, size_t if_false) {
  return sock_filter{BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned char>(if_true),
                     static_cast<unsigned char>(if_false), value};
}

sock_filter give(unsigned verdict) { return sock_filter{BPF_RET | BPF_K, 0, 0, verdict}; }

// Calls of another word size have other numbers: they pass, and the tracer says so.
std::vector<sock_filter> filter_program() {
  const auto calls = file_calls();
  std::vector<sock_filter> program = {load(offsetof(seccomp_data, arch)),
                                      jump_if_equal(kArchitecture, 0, calls.size() + 1),
                                      load(offsetof(seccomp_data, nr))};
  for (size_t i = 0; i < calls.size(); ++i)
    program.push_back(jump_if_equal(static_cast<unsigned>(calls[i].number), calls.size() - i, 0));
  program.push_back(give(SECCOMP_RET_ALLOW));
  program.push_back(give(SECCOMP_RET_TRACE));
  return program;
}

}  // namespace

int install_call_filter(bool& no_new_privileges) {
  std::vector<sock_filter> program = filter_program();
  const sock_fprog described{static_cast<unsigned short>(program.size()), program.data()};
  // Without the flag, older kernels slow the whole program down to guard a sandbox, which this is not.
  const auto install = [&] {
    return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &described);
  };
  no_new_privileges = false;
  if (install() == 0) return 0;
  if (errno != EACCES) return errno;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  no_new_privileges = true;
  return install() == 0 ? 0 : errno;
}

}  // namespace ibid::platform
