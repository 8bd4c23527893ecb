// One process for each run rather than one thread: signals, core affinity and a crash of the recorder then
// concern one run alone, and a cluster can be handed the very same command. A thread per slot waits for its
// process.

#include "verify/local_executor.h"

#include <algorithm>

#include "base/number_text.h"
#include "base/text.h"
#include "platform/core_affinity.h"
#include "platform/machine.h"
#include "platform/signals.h"
#include "platform/supervised_process.h"

namespace ibid::verify {
namespace {

// What a process said on its way out, as ibid prints errors: "error[code]: message", and perhaps "  hint:
// text".
Error error_of(const std::string& printed, const std::string& who) {
  constexpr std::string_view kError = "error[", kHint = "  hint: ";
  ErrorCode code = ErrorCode::kInternal;
  std::string message, hint;
  for (const std::string& line : split(printed, '\n')) {
    const size_t end = line.find("]: ");
    if (line.starts_with(kError) && end != std::string::npos) {
      code = code_of_name(std::string_view(line).substr(kError.size(), end - kError.size())).value_or(code);
      message = line.substr(end + 3);
    } else if (line.starts_with(kHint)) {
      hint = line.substr(kHint.size());
    }
  }
  if (message.empty()) message = "it ended without a word" + (printed.empty() ? "" : ": " + printed);
  return Error(code, who + ": " + message, hint);
}

// The first `n` sets of `width` cores each.
std::vector<std::vector<int32_t>> core_sets(const std::vector<int32_t>& available, int64_t width, int64_t n) {
  std::vector<std::vector<int32_t>> sets;
  for (int64_t i = 0; i < n; ++i)
    sets.emplace_back(available.begin() + i * width, available.begin() + (i + 1) * width);
  return sets;
}

}  // namespace

Result<std::unique_ptr<LocalExecutor>> LocalExecutor::create(const VerificationPlan& plan, int64_t jobs) {
  IBID_ASSIGN(PlanProgress progress, PlanProgress::begin(plan));
  const std::vector<int32_t> available = platform::allowed_cores_list();
  const auto n_available = static_cast<int64_t>(available.size());
  const int64_t width = plan.execution.visible_cores;
  if (width > n_available && n_available > 0) {
    return Error(ErrorCode::kUnsupported,
                 "each run is to see " + number_text(width) + " cores, and this process may use " +
                     number_text(n_available),
                 "go on where it was begun; another number of cores may change results");
  }
  std::unique_ptr<LocalExecutor> executor(new LocalExecutor(plan, jobs, std::move(progress)));
  if (width == 0 || n_available == 0) {
    executor->cores_.emplace_back();
  } else {
    // A control group may grant the time of fewer cores than may be used.
    const int64_t granted = std::min(n_available, platform::default_thread_count());
    const int64_t n = std::clamp<int64_t>(std::min(jobs, granted / width), 1, platform::kMostForwardings);
    executor->cores_ = core_sets(available, width, n);
  }
  return executor;
}

LocalExecutor::LocalExecutor(const VerificationPlan& plan, int64_t jobs, PlanProgress progress)
    : plan_(plan), jobs_(jobs), progress_(std::move(progress)) {}

LocalExecutor::~LocalExecutor() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

Result<void> LocalExecutor::finish(int64_t number) {
  std::unique_lock lock(mutex_);
  if (progress_.is_done(number)) return {};
  if (workers_.empty()) start_workers();
  changed_.wait(lock, [&] { return progress_.is_done(number) || problem_; });
  if (progress_.is_done(number)) return {};
  return *problem_;
}

std::string LocalExecutor::one_by_one() {
  const std::lock_guard lock(mutex_);
  return progress_.one_by_one();
}

void LocalExecutor::start_workers() {
  for (size_t i = 0; i < cores_.size(); ++i) workers_.emplace_back([this, i] { work(i); });
}

// The next run that may start now; waits for it. Nothing if there is no more to do.
std::optional<int64_t> LocalExecutor::take_next() {
  std::unique_lock lock(mutex_);
  while (!closing_ && !problem_) {
    if (const Result<void> go_on = platform::check_not_stopped(); !go_on.ok()) {
      problem_ = Error(ErrorCode::kInterrupted, "stopped before all runs had ended");
      changed_.notify_all();
      break;
    }
    const std::vector<int64_t> startable = progress_.startable();
    if (startable.empty() && !progress_.any_running()) break;
    const bool alone = !progress_.one_by_one().empty();
    if (!startable.empty() && !(alone && progress_.any_running())) {
      progress_.started(startable.front());
      return startable.front();
    }
    changed_.wait(lock);
  }
  return std::nullopt;
}

void LocalExecutor::work(size_t worker) {
  if (!cores_[worker].empty()) static_cast<void>(platform::use_only_cores(cores_[worker]));
  while (const std::optional<int64_t> number = take_next()) {
    Result<void> executed = execute(*number);
    const std::lock_guard lock(mutex_);
    if (executed.ok()) executed = progress_.ended(*number);
    if (!executed.ok() && !problem_) problem_ = executed.error();
    changed_.notify_all();
  }
}

Result<void> LocalExecutor::execute(int64_t number) {
  // The very program that runs now: the file may have been replaced since.
  const std::string program = "/proc/" + number_text(platform::process_id()) + "/exe";
  const platform::ProcessRequest request{
      .arguments = {program, "verify", "--resume", plan_.folder.string(), "--only", number_text(number),
                    "--jobs", number_text(at_once())},
      .environment = {{kParentVariable, number_text(platform::process_id())}},
      .folder = std::nullopt,
      .timeout_seconds = std::nullopt,
      .empty_input = jobs_ > 1};
  std::string printed;
  const auto keep_errors = [&](platform::OutputStream stream, std::string_view text) {
    if (stream == platform::OutputStream::kError) printed += text;
  };
  IBID_ASSIGN(const platform::SupervisedEnd end, platform::supervise(request, keep_errors));
  if (platform::stop_requested()) return Error(ErrorCode::kInterrupted, "stopped before all runs had ended");
  if (end.exit_status == 0) return {};
  const PlannedRun& run = *plan_.find_run(number);
  const std::string who = "run " + number_text(number) + " (" + run.name + ")";
  if (!end.signal) return error_of(printed, who);
  return Error(ErrorCode::kInterrupted,
               "the process that recorded " + who + " was ended by signal " + number_text(*end.signal),
               "see whether memory ran out");
}

}  // namespace ibid::verify
