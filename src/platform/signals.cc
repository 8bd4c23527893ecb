#include "platform/signals.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <string_view>

namespace ibid::platform {
namespace {

std::atomic<int> stops{0};
static_assert(std::atomic<int>::is_always_lock_free);

std::atomic<pid_t> forward_to{0};

// Runs inside a signal: only calls that are safe there.
void on_stop(int signal, siginfo_t* info, void*) {
  if (const pid_t child = forward_to.load(); child > 0) {
    stops.fetch_add(1);
    if (info->si_code != SI_KERNEL) ::kill(child, signal);
    return;
  }
  if (stops.fetch_add(1) > 0) ::_exit(128 + signal);
  constexpr std::string_view kNote = "\nibid: stopping at the next safe place; once more ends at once\n";
  [[maybe_unused]] const ssize_t count = ::write(STDERR_FILENO, kNote.data(), kNote.size());
}

}  // namespace

void install_signal_handlers() {
  struct sigaction action{};
  action.sa_sigaction = on_stop;
  action.sa_flags = SA_RESTART | SA_SIGINFO;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  ::signal(SIGXFSZ, SIG_IGN);
}

SignalForwarding::SignalForwarding(int64_t child_process_id) {
  forward_to.store(static_cast<pid_t>(child_process_id));
  struct sigaction action{};
  action.sa_sigaction = on_stop;
  action.sa_flags = SA_RESTART | SA_SIGINFO;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGHUP, &action, nullptr);
}

SignalForwarding::~SignalForwarding() {
  forward_to.store(0);
  ::signal(SIGHUP, SIG_DFL);
}

bool stop_requested() { return stops.load(std::memory_order_relaxed) > 0; }

Result<void> check_not_stopped() {
  if (!stop_requested()) return {};
  return Error(ErrorCode::kInterrupted, "stopped before the work was finished",
               "run the same command again to start over");
}

}  // namespace ibid::platform
