#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "platform/file_lock.h"
#include "verify/run_executor.h"
#include "verify/verification_plan.h"

namespace ibid::cli {

class Console;
class Invocation;

// Options of `ibid verify` that say how its runs are executed: --resume, --only, --jobs, --executor,
// --sbatch-option.
std::vector<OptionSpec> execution_options();

// Errors (usage): options that contradict one another, and no command where one is needed.
Result<void> check_execution_options(const Invocation& invocation);

// The plan with the way in which it is to be executed. Errors (usage): a record cannot be repeated so.
Result<verify::VerificationPlan> plan_execution(verify::VerificationPlan plan, const Invocation& invocation);

// Errors: what the executor needs is not here.
Result<std::unique_ptr<verify::RunExecutor>> make_executor(const verify::VerificationPlan& plan,
                                                           const Invocation& invocation);

// Nobody else goes on with the plan while this lives. Errors: somebody does.
Result<platform::FileLock> lock_verification(const verify::VerificationPlan& plan);

// Cancels jobs that were left, moves the records of runs that did not end out of the way, and says so.
Result<void> set_unfinished_aside(const verify::VerificationPlan& plan, Console& console);

// Before runs that differ are repeated in search of the first operation: this process and what it starts see
// as many cores as the runs did, and the records of an earlier search are moved aside.
Result<void> prepare_search(const verify::VerificationPlan& plan);

// --only N: one run of a plan and no comparison.
Result<int> execute_only(const Invocation& invocation, Console& console);

// How many runs at once, on how many cores; empty if one by one on all cores.
std::string execution_text(const verify::VerificationPlan& plan, const verify::RunExecutor& executor);

// Whether a verification that ended with this error can go on from where it is.
bool can_go_on(const Error& error);

// The error with the exact line that goes on; `shown` is the folder as the user knows it.
Error with_resume_hint(const Error& error, const Invocation& invocation, const platform::Path& shown);

}  // namespace ibid::cli
