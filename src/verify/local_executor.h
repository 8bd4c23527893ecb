#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "verify/plan_progress.h"
#include "verify/run_executor.h"

namespace ibid::verify {

// The variable in which a process that executes one run for another finds that one's process number.
constexpr const char* kParentVariable = "IBID_VERIFY_PARENT";

// Executes runs on this machine, each by a process of its own (`ibid verify --resume DIR --only N`), as many
// at once as have cores of their own: they never share a core. A signal to this process goes on to all of
// them; if this process is killed they end by themselves.
class LocalExecutor : public RunExecutor {
 public:
  // `jobs`: at most so many at once. Errors: this process may use fewer cores than the plan gives each run.
  static Result<std::unique_ptr<LocalExecutor>> create(const VerificationPlan& plan, int64_t jobs);
  ~LocalExecutor() override;

  Result<void> finish(int64_t number) override;
  std::string one_by_one() override;
  int64_t at_once() const override { return static_cast<int64_t>(cores_.size()); }

 private:
  LocalExecutor(const VerificationPlan& plan, int64_t jobs, PlanProgress progress);
  void start_workers();
  void work(size_t worker);
  std::optional<int64_t> take_next();
  Result<void> execute(int64_t number);

  const VerificationPlan& plan_;
  const int64_t jobs_;
  std::vector<std::vector<int32_t>> cores_;  // of each worker; empty: all that there are

  std::mutex mutex_;  // of all below
  std::condition_variable changed_;
  PlanProgress progress_;
  std::optional<Error> problem_;
  bool closing_ = false;
  std::vector<std::thread> workers_;  // last: they use the rest
};

}  // namespace ibid::verify
