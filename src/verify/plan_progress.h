#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "verify/planned_run.h"

namespace ibid::verify {

// How far the runs of a plan have come, and which may start next. The first run of all comes before all
// others, the first of a setup before the others of it. Once a first run is found to write files into the
// folder that all runs share, they go on one by one.
class PlanProgress {
 public:
  // Finished runs are taken over. Errors: a record does not fit the plan.
  static Result<PlanProgress> begin(const VerificationPlan& plan);

  // In the order of the plan: not started yet, and nothing that they need is missing.
  std::vector<int64_t> startable() const;
  void started(int64_t number) { running_.insert(number); }
  // Errors: the record is not finished, or does not fit the plan.
  Result<void> ended(int64_t number);
  bool is_done(int64_t number) const { return done_.contains(number); }
  bool any_running() const { return !running_.empty(); }

  // Why runs go on one by one; empty if they need not.
  const std::string& one_by_one() const { return one_by_one_; }

 private:
  explicit PlanProgress(const VerificationPlan& plan) : plan_(&plan) {}
  void take(const PlannedRun& run, const Json& finished);
  bool first_is_done(const PlannedSetup& setup) const;

  const VerificationPlan* plan_;
  std::set<int64_t> done_, running_;
  std::string one_by_one_;
};

}  // namespace ibid::verify
