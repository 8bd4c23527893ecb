#include "platform/supervised_process.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <string>

#include "platform/clock.h"
#include "platform/file_error.h"
#include "platform/signals.h"
#include "platform/spawn.h"

namespace ibid::platform {
namespace {

using OnOutput = std::function<void(OutputStream, std::string_view)>;

// How long to go on reading after the program has ended, when others still hold its output.
constexpr double kGraceSeconds = 0.5;
constexpr int kPollMilliseconds = 100;

class OutputReader {
 public:
  OutputReader(const Pipe& output, const Pipe& error, const OnOutput& on_output)
      : polled_{pollfd{output.read_end.get(), POLLIN, 0}, pollfd{error.read_end.get(), POLLIN, 0}},
        on_output_(on_output) {}

  bool open() const { return polled_[0].fd >= 0 || polled_[1].fd >= 0; }

  // Hands over what there is, or waits a little for it.
  void read_some() {
    for (pollfd& entry : polled_) entry.revents = 0;
    if (::poll(polled_.data(), polled_.size(), kPollMilliseconds) <= 0) return;
    for (size_t i = 0; i < polled_.size(); ++i) {
      if (polled_[i].fd < 0 || polled_[i].revents == 0) continue;
      const ssize_t count = ::read(polled_[i].fd, buffer_.data(), buffer_.size());
      if (count > 0) {
        on_output_(i == 0 ? OutputStream::kOutput : OutputStream::kError,
                   {buffer_.data(), static_cast<size_t>(count)});
      } else if (count == 0 || errno != EINTR) {
        polled_[i].fd = -1;
      }
    }
  }

 private:
  std::array<pollfd, 2> polled_;
  const OnOutput& on_output_;
  std::array<char, 65536> buffer_{};
};

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

Result<TracedChild> start(const ProcessRequest& request, const FileTrace* trace, const Pipe& output,
                          const Pipe& error) {
  const StandardInput input = request.empty_input ? StandardInput::kEmpty : StandardInput::kInherited;
  if (trace != nullptr) return spawn_traced(request, input, *trace, output, error);
  IBID_ASSIGN(const pid_t child, spawn(request, input, output, error));
  return TracedChild{child, {}};
}

}  // namespace

Result<SupervisedEnd> supervise(const ProcessRequest& request, const OnOutput& on_output,
                                const FileTrace* trace) {
  if (request.arguments.empty()) return Error(ErrorCode::kUsage, "no program was named", "name one to run");
  IBID_ASSIGN(Pipe output, make_pipe());
  IBID_ASSIGN(Pipe error, make_pipe());
  const double started_at = monotonic_seconds();
  IBID_ASSIGN(const TracedChild started, start(request, trace, output, error));
  const pid_t child = started.process;
  const SignalForwarding forwarding(child);
  output.write_end.reset();
  error.write_end.reset();

  OutputReader reader(output, error, on_output);
  SupervisedEnd end;
  int status = 0;
  rusage usage{};
  double ended_at = 0.0;
  while (true) {
    if (ended_at == 0.0) {
      const pid_t waited = ::wait4(child, &status, reader.open() ? WNOHANG : 0, &usage);
      if (waited < 0 && errno != EINTR) return file_error("wait for", request.arguments.front(), errno);
      if (waited == child) ended_at = monotonic_seconds();
    }
    if (ended_at != 0.0 && (!reader.open() || monotonic_seconds() - ended_at > kGraceSeconds)) break;
    if (reader.open()) reader.read_some();
  }
  if (trace != nullptr) await_events(started);
  end.output_left_open = reader.open();
  end.seconds = ended_at - started_at;
  if (WIFSIGNALED(status)) {
    end.signal = WTERMSIG(status);
  } else {
    end.exit_status = WEXITSTATUS(status);
  }
  end.user_seconds = seconds_of(usage.ru_utime);
  end.system_seconds = seconds_of(usage.ru_stime);
  end.peak_resident_bytes = int64_t{usage.ru_maxrss} * 1024;
  return end;
}

}  // namespace ibid::platform
