// What a run has achieved is read from the folder that all nodes share, not from Slurm: its accounting is
// often turned off. The queue is asked only whether an element is still there; one that is gone without a
// finished record failed.

#include "verify/slurm_executor.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/number_text.h"
#include "base/text.h"
#include "platform/atomic_file.h"
#include "platform/clock.h"
#include "platform/process.h"
#include "platform/signals.h"
#include "verify/plan_progress.h"

namespace ibid::verify {
namespace {

constexpr double kPauseSeconds = 0.25;
constexpr int kPausesBetweenQuestions = 8;
// Shared folders show what another node wrote a little later.
constexpr int kQuestionsBeforeLost = 3;
constexpr int kMostFailedQuestions = 60;

Result<platform::ProcessResult> call(std::vector<std::string> words) {
  constexpr double kPatienceSeconds = 120;
  return platform::run_process({.arguments = std::move(words),
                                .environment = {},
                                .folder = std::nullopt,
                                .timeout_seconds = kPatienceSeconds});
}

// The last lines of a text, for an error.
std::string last_lines(const std::string& text) {
  constexpr size_t kMostLines = 4;
  std::vector<std::string> lines = split(std::string(trim(text)), '\n');
  if (lines.size() > kMostLines) lines.erase(lines.begin(), lines.end() - kMostLines);
  return join(lines, " / ");
}

platform::Path folder_of(const VerificationPlan& plan) { return plan.folder / "slurm"; }

// The jobs that an executor has submitted, a line each, for the case that it is killed.
platform::Path left_jobs_file(const VerificationPlan& plan) { return folder_of(plan) / "jobs"; }

// The elements of a job that wait or run; nothing if Slurm cannot be asked now.
Result<std::optional<std::set<int64_t>>> elements_in_queue(const std::string& job) {
  IBID_ASSIGN(const platform::ProcessResult answer,
              call({"squeue", "--noheader", "--array", "--jobs=" + job, "--format=%K"}));
  if (answer.exit_status != 0 && answer.standard_error.find("Invalid job id") == std::string::npos)
    return std::optional<std::set<int64_t>>();
  std::set<int64_t> elements;
  for (const std::string& line : split(answer.standard_output, '\n')) {
    if (const auto number = parse_int64(trim(line))) elements.insert(*number);
  }
  return std::optional(std::move(elements));
}

class SlurmExecutor : public RunExecutor {
 public:
  SlurmExecutor(const VerificationPlan& plan, Execution execution, PlanProgress progress)
      : plan_(plan), execution_(std::move(execution)), progress_(std::move(progress)) {}

  ~SlurmExecutor() override {
    bool all_gone = true;
    for (const auto& [job, elements] : jobs_) {
      if (elements.empty()) continue;
      const Result<platform::ProcessResult> cancelled = call({"scancel", job});
      all_gone = all_gone && cancelled.ok() && cancelled.value().exit_status == 0;
    }
    // What could not be cancelled now is when somebody goes on.
    if (all_gone) static_cast<void>(platform::remove_tree(left_jobs_file(plan_)));
  }

  Result<void> finish(int64_t number) override {
    for (int pause = 0; !progress_.is_done(number); ++pause) {
      if (platform::stop_requested())
        return Error(ErrorCode::kInterrupted, "stopped before all runs had ended; their jobs are cancelled");
      IBID_TRY(submit_what_may_start());
      IBID_TRY(collect());
      if (progress_.is_done(number)) break;
      if (pause % kPausesBetweenQuestions == kPausesBetweenQuestions - 1) IBID_TRY(look_for_lost());
      platform::sleep_seconds(kPauseSeconds);
    }
    return {};
  }

  std::string one_by_one() override { return progress_.one_by_one(); }
  int64_t at_once() const override { return 0; }

 private:
  platform::Path folder() const { return folder_of(plan_); }

  Result<platform::Path> write_script() {
    IBID_ASSIGN(const platform::Path program, platform::program_path());
    IBID_TRY(platform::make_folders(folder()));
    const platform::Path script = folder() / "run.sh";
    IBID_TRY(
        platform::write_file_atomically(script, "#!/bin/sh\nexec " + shell_word(program.string()) +
                                                    " verify --resume " + shell_word(plan_.folder.string()) +
                                                    " --only \"$SLURM_ARRAY_TASK_ID\" --executor slurm\n"));
    return script;
  }

  Result<void> submit_what_may_start() {
    const std::vector<int64_t> numbers = progress_.startable();
    const bool alone = !progress_.one_by_one().empty();
    if (numbers.empty() || (alone && progress_.any_running())) return {};
    IBID_ASSIGN(const platform::Path script, write_script());
    std::vector<std::string> texts;
    for (const int64_t number : numbers) texts.push_back(number_text(number));
    const int64_t most = alone ? 1 : execution_.jobs;
    std::vector<std::string> words = {
        "sbatch", "--parsable", "--array=" + join(texts, ",") + (most > 0 ? "%" + number_text(most) : ""),
        "--job-name=ibid-verify", "--output=" + (folder() / "%A_%a.log").string()};
    words.insert(words.end(), execution_.sbatch_options.begin(), execution_.sbatch_options.end());
    words.push_back(script.string());
    IBID_ASSIGN(const platform::ProcessResult answer, call(std::move(words)));
    // "1234", or "1234;cluster".
    const std::string job = split(std::string(trim(answer.standard_output)), ';').front();
    if (answer.exit_status != 0 || !parse_int64(job)) {
      return Error(ErrorCode::kUnsupported,
                   "sbatch did not take the job: " + last_lines(answer.standard_error),
                   "try it by hand, and hand what it needs to --sbatch-option");
    }
    for (const int64_t number : numbers) {
      progress_.started(number);
      jobs_[job].insert(number);
    }
    std::string lines;
    for (const auto& [name, elements] : jobs_) lines += name + "\n";
    return platform::write_file_atomically(left_jobs_file(plan_), lines);
  }

  // Takes what has finished.
  Result<void> collect() {
    for (auto& [job, elements] : jobs_) {
      const std::set<int64_t> before = elements;
      for (const int64_t number : before) {
        IBID_ASSIGN(const std::optional<Json> finished, finished_run(plan_, *plan_.find_run(number)));
        if (!finished) continue;
        IBID_TRY(progress_.ended(number));
        elements.erase(number);
      }
    }
    return {};
  }

  // An error if an element has gone without a finished record.
  Result<void> look_for_lost() {
    for (const auto& [job, elements] : jobs_) {
      if (elements.empty()) continue;
      IBID_ASSIGN(const auto queued, elements_in_queue(job));
      n_failed_questions_ = queued ? 0 : n_failed_questions_ + 1;
      if (n_failed_questions_ > kMostFailedQuestions)
        return Error(ErrorCode::kIo, "squeue has failed again and again",
                     "see whether Slurm's controller runs");
      if (!queued) continue;
      for (const int64_t number : elements) {
        if (queued->contains(number) || ++n_missed_[number] < kQuestionsBeforeLost) continue;
        return lost(job, number);
      }
    }
    return {};
  }

  Error lost(const std::string& job, int64_t number) const {
    const std::string element = job + "_" + number_text(number);
    const platform::Path log = folder() / (element + ".log");
    const Result<std::string> printed = platform::read_file(log);
    const std::string said = printed.ok() ? last_lines(printed.value()) : "";
    const PlannedRun& run = *plan_.find_run(number);
    return Error(ErrorCode::kIo,
                 "Slurm's job " + element + ", run " + number_text(number) + " (" + run.name +
                     "), ended without a finished record" + (said.empty() ? "" : ": " + said),
                 "see " + log.string());
  }

  const VerificationPlan& plan_;
  const Execution execution_;
  PlanProgress progress_;
  std::map<std::string, std::set<int64_t>> jobs_;  // elements that are not finished
  std::map<int64_t, int> n_missed_;
  int n_failed_questions_ = 0;
};

}  // namespace

Result<void> check_slurm() {
  for (const char* program : {"sbatch", "squeue", "scancel"}) {
    if (platform::find_program(program)) continue;
    return Error(ErrorCode::kNotFound,
                 "there is no '" + std::string(program) + "' here: this machine submits no jobs",
                 "go on where Slurm's commands are (Debian: slurm-client), or with --executor local");
  }
  return {};
}

Result<std::unique_ptr<RunExecutor>> make_slurm_executor(const VerificationPlan& plan,
                                                         const Execution& execution) {
  IBID_TRY(check_slurm());
  IBID_ASSIGN(PlanProgress progress, PlanProgress::begin(plan));
  return std::unique_ptr<RunExecutor>(std::make_unique<SlurmExecutor>(plan, execution, std::move(progress)));
}

Result<std::vector<std::string>> cancel_left_jobs(const VerificationPlan& plan) {
  constexpr double kPatienceSeconds = 120;
  std::vector<std::string> cancelled;
  const platform::Path file = left_jobs_file(plan);
  if (!platform::path_exists(file)) return cancelled;
  IBID_TRY(check_slurm());
  IBID_ASSIGN(const std::string lines, platform::read_file(file));
  for (const std::string& job : split(std::string(trim(lines)), '\n')) {
    const double begin = platform::monotonic_seconds();
    for (bool first = true;; first = false) {
      IBID_ASSIGN(const auto left, elements_in_queue(job));
      if (left && left->empty()) break;
      IBID_TRY(call({"scancel", job}));
      if (first) cancelled.push_back(job);
      if (platform::monotonic_seconds() - begin > kPatienceSeconds)
        return Error(ErrorCode::kIo, "Slurm's job " + job + " of an earlier execution does not end",
                     "see why: squeue --jobs=" + job);
      if (platform::stop_requested())
        return Error(ErrorCode::kInterrupted, "stopped while jobs were cancelled");
      platform::sleep_seconds(kPauseSeconds * 2);
    }
  }
  IBID_TRY(platform::remove_tree(file));
  return cancelled;
}

}  // namespace ibid::verify
