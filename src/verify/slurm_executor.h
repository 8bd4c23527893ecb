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
// cancelled when the executor goes. Errors: Slurm's commands are not here; a record does not fit the plan.
Result<std::unique_ptr<RunExecutor>> make_slurm_executor(const VerificationPlan& plan,
                                                         const std::vector<std::string>& sbatch_options);

}  // namespace ibid::verify
