#include "platform/signals.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string_view>

namespace ibid::platform {
namespace {

std::atomic<int> stops{0};
static_assert(std::atomic<int>::is_always_lock_free);

std::array<std::atomic<pid_t>, kMostForwardings> forward_to{};  // 0: a free place
std::atomic<int> n_forwardings{0};

// Runs inside a signal: only calls that are safe there.
void on_stop(int signal, siginfo_t* info, void*) {
  if (n_forwardings.load() > 0) {
    stops.fetch_add(1);
    if (info->si_code == SI_KERNEL) return;
    for (const std::atomic<pid_t>& place : forward_to) {
      if (const pid_t child = place.load(); child > 0) ::kill(child, signal);
    }
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
  const auto child = static_cast<pid_t>(child_process_id);
  for (size_t i = 0; i < forward_to.size() && place_ < 0; ++i) {
    pid_t free_place = 0;
    if (forward_to[i].compare_exchange_strong(free_place, child)) place_ = static_cast<int64_t>(i);
  }
  if (n_forwardings.fetch_add(1) == 0) {
    struct sigaction action{};
    action.sa_sigaction = on_stop;
    action.sa_flags = SA_RESTART | SA_SIGINFO;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGHUP, &action, nullptr);
  }
  if (stop_requested()) ::kill(child, SIGTERM);
}

SignalForwarding::~SignalForwarding() {
  if (place_ >= 0) forward_to[static_cast<size_t>(place_)].store(0);
  if (n_forwardings.fetch_sub(1) == 1) ::signal(SIGHUP, SIG_DFL);
}

bool stop_requested() { return stops.load(std::memory_order_relaxed) > 0; }

Result<void> check_not_stopped() {
  if (!stop_requested()) return {};
  return Error(ErrorCode::kInterrupted, "stopped before the work was finished",
               "run the same command again to start over");
}

}  // namespace ibid::platform
