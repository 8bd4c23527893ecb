#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "verify/recorded_run.h"
#include "verify/setup.h"

namespace ibid::verify {

// One run of a verification. No number and no folder: it cannot run here, or a record that was there before
// takes its place.
struct PlannedRun {
  int64_t number = 0;  // from 1
  std::string name;    // "as it is 2", "threads=2"
  std::string folder;  // below that of the plan
  Variation variation;
};

struct PlannedSetup {
  std::string name;
  Enforcement enforcement;
  bool judged = true;
  std::vector<PlannedRun> runs;  // the first is the one that the others are compared with
};

enum class ExecutorKind { kLocal, kSlurm };
std::string_view executor_name(ExecutorKind kind);

// How the runs of a plan are executed.
struct Execution {
  ExecutorKind executor = ExecutorKind::kLocal;
  int64_t jobs = 1;  // runs at once, at most; 0: as many as the executor likes
  // How many cores each run sees: libraries choose their number of threads by it, so it is the same for all
  // runs that are compared. 0: whatever the executor gives them, and each record tells.
  int64_t visible_cores = 0;
  std::vector<std::string> sbatch_options;  // as they are, for Slurm
};

// All runs of a verification, as verification.json has them (docs/formats/verification.md). It is written
// before anything runs; from then on it alone says what is to be done.
struct VerificationPlan {
  platform::Path folder;  // of the plan and of all that comes of it
  RecordOptions record;   // of every run, but for what its setup and its variation change
  std::vector<std::string> ignore_output;
  std::optional<platform::Path> recorded;  // the first run of the unnamed setup, recorded before
  Execution execution;
  std::vector<std::string> factors;  // codes of those to report on
  bool allow_failure = false;        // runs that end with another exit status than 0 are compared too
  std::vector<PlannedSetup> setups;

  // Of all setups, those alone that have a number.
  std::vector<const PlannedRun*> numbered_runs() const;
  // Nothing if no run has it.
  const PlannedRun* find_run(int64_t number) const;
  platform::Path folder_of(const PlannedRun& run) const { return folder / run.folder; }
};

// What a plan is made of.
struct PlanRequest {
  RecordOptions record;  // of every run; its folder and command come from the run to repeat, if there is one
  std::optional<platform::Path> recorded;
  std::vector<Setup> setups;
  std::vector<std::string> ignore_output;
  std::vector<std::string> factors;
  bool allow_failure = false;
  platform::Path folder;
  Execution execution;
};

VerificationPlan make_plan(const PlanRequest& request);

// Errors: i/o; no-space; the folder has a plan already.
Result<void> write_plan(const VerificationPlan& plan);
// Errors: there is no plan, it is damaged, or another version of ibid made it.
Result<VerificationPlan> read_plan(const platform::Path& folder);

// Tells a planned run from all others: SHA-256 of all that the plan says about it.
std::string identity_of(const VerificationPlan& plan, const PlannedSetup& setup, const PlannedRun& run);

// The most threads that a run is held to by variables or by what is enforced; nothing if it may choose
// itself.
std::optional<int64_t> held_threads(const VerificationPlan& plan, const PlannedSetup& setup,
                                    const PlannedRun& run);

// The width with which `jobs` runs share `available` cores: their part of them, or what the run with the most
// threads needs. `inherited_threads` is what a run that is not held itself finds in its environment.
int64_t shared_width(const VerificationPlan& plan, int64_t available,
                     std::optional<int64_t> inherited_threads);

}  // namespace ibid::verify
