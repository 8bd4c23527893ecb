#include "verify/plan_progress.h"

#include <algorithm>
#include <span>

#include "base/number_text.h"
#include "base/text.h"

namespace ibid::verify {
namespace {

bool begins_a_setup(const VerificationPlan& plan, int64_t number) {
  return std::ranges::any_of(plan.setups,
                             [&](const PlannedSetup& setup) { return setup.runs.front().number == number; });
}

std::string why_one_by_one(const PlannedRun& run, const SharedFiles& shared) {
  if (!shared.unknown.empty())
    return "whether '" + run.name + "' writes into the folder it runs in is unknown: " + shared.unknown;
  constexpr size_t kMostNames = 3;
  const size_t shown = std::min(shared.paths.size(), kMostNames);
  std::string text = "'" + run.name + "' wrote " + join(std::span(shared.paths).first(shown), ", ");
  if (shared.paths.size() > shown)
    text += " and " + number_text(static_cast<int64_t>(shared.paths.size() - shown)) + " more files";
  return text + " into the folder that all runs share";
}

}  // namespace

Result<PlanProgress> PlanProgress::begin(const VerificationPlan& plan) {
  PlanProgress progress(plan);
  for (const PlannedRun* run : plan.numbered_runs()) {
    IBID_ASSIGN(const std::optional<Json> finished, finished_run(plan, *run));
    if (finished) progress.take(*run, *finished);
  }
  return progress;
}

void PlanProgress::take(const PlannedRun& run, const Json& finished) {
  done_.insert(run.number);
  if (!one_by_one_.empty() || !begins_a_setup(*plan_, run.number)) return;
  const SharedFiles shared = shared_files(finished);
  if (!shared.none()) one_by_one_ = why_one_by_one(run, shared);
}

bool PlanProgress::first_is_done(const PlannedSetup& setup) const {
  const PlannedRun& first = setup.runs.front();
  return first.number == 0 || done_.contains(first.number);
}

std::vector<int64_t> PlanProgress::startable() const {
  std::vector<int64_t> numbers;
  const int64_t first_of_all = plan_->setups.front().runs.front().number;
  for (const PlannedSetup& setup : plan_->setups) {
    for (const PlannedRun& run : setup.runs) {
      const bool is_first = &run == &setup.runs.front();
      if (run.number == 0 || done_.contains(run.number) || running_.contains(run.number)) continue;
      const bool needs_met = run.number == first_of_all ||
                             (first_is_done(plan_->setups.front()) && (is_first || first_is_done(setup)));
      if (needs_met) numbers.push_back(run.number);
    }
  }
  return numbers;
}

Result<void> PlanProgress::ended(int64_t number) {
  const PlannedRun& run = *plan_->find_run(number);
  IBID_ASSIGN(const std::optional<Json> finished, finished_run(*plan_, run));
  if (!finished) {
    return Error(ErrorCode::kIo, plan_->folder_of(run).string() + " was not finished by the run that ended",
                 "look into it, and go on with --resume");
  }
  running_.erase(number);
  take(run, *finished);
  return {};
}

}  // namespace ibid::verify
