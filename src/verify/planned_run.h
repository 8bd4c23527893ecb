#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "platform/file_lock.h"
#include "verify/verification_plan.h"

namespace ibid::verify {

// How a single run is executed, for its run.json.
struct RunPlace {
  ExecutorKind executor = ExecutorKind::kLocal;
  int64_t jobs = 1;         // how many ran at once, at most
  std::string cluster_job;  // with Slurm "1234_5"
};

// Executes one run of a plan in this process and marks its record as finished. One that is finished is left
// as it is; an unfinished one is set aside. The runs that this one needs must be finished: the first of all,
// and the first of its setup. Errors: a record could not be made; a run that it needs is not finished;
// interrupted: its record remains and counts as unfinished.
Result<void> execute_planned_run(const VerificationPlan& plan, int64_t number, const RunPlace& place);

// Nobody else executes the run while this lives. Errors: somebody has for ten seconds.
Result<platform::FileLock> lock_run(const VerificationPlan& plan, const PlannedRun& run);

// What the last act of a finished run wrote into its folder; nothing if it is not finished. Errors: the
// record is not that of the planned run.
Result<std::optional<Json>> finished_run(const VerificationPlan& plan, const PlannedRun& run);

// Renames to name-1, name-2, ... beside it, the first that is free.
Result<platform::Path> move_aside(const platform::Path& path, const std::string& name);

// Moves what an unfinished run left out of the way, to a name beside it. Nothing if there was nothing.
Result<std::optional<platform::Path>> set_aside(const VerificationPlan& plan, const PlannedRun& run);

// Files that a finished first run wrote below its working folder, so that runs at once would write them
// together. A reason instead, where that is unknown.
struct SharedFiles {
  std::vector<std::string> paths;  // relative to the working folder
  std::string unknown;

  bool none() const { return paths.empty() && unknown.empty(); }
};
SharedFiles shared_files(const Json& finished);

}  // namespace ibid::verify
