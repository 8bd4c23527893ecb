#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "verify/run_executor.h"
#include "verify/verification_plan.h"

namespace ibid::verify {

// An error (code not-found) unless Slurm's commands are here.
Result<void> check_slurm();

// Executes runs as arrays of jobs of Slurm, each element by `ibid verify --resume DIR --only N`: the folder
// of the plan, that of the program and ibid itself must be where all nodes see them. Jobs that are left are
// cancelled when the executor goes. `execution` may limit the number of runs at once and has options for
// sbatch. Errors: Slurm's commands are not here; a record does not fit the plan.
Result<std::unique_ptr<RunExecutor>> make_slurm_executor(const VerificationPlan& plan,
                                                         const Execution& execution);

// Cancels the jobs of a plan that an executor which was killed has left, waits until they are gone, and names
// them. Errors: they cannot be cancelled here, or do not go.
Result<std::vector<std::string>> cancel_left_jobs(const VerificationPlan& plan);

}  // namespace ibid::verify
