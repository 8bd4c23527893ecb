#include "cli/verification_execution.h"

#include <algorithm>
#include <filesystem>

#include "base/number_text.h"
#include "base/text.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "platform/core_affinity.h"
#include "platform/environment.h"
#include "platform/machine.h"
#include "platform/process.h"
#include "verify/local_executor.h"
#include "verify/planned_run.h"
#include "verify/slurm_executor.h"

namespace ibid::cli {
namespace {

// What may stand beside --resume; everything else is in the plan.
bool goes_with_resume(std::string_view option) {
  constexpr std::string_view kOptions[] = {"resume",        "only",  "jobs",  "executor",
                                           "sbatch-option", "junit", "json",  "ci",
                                           "no-search",     "help",  "plots", "predictions"};
  return std::ranges::find(kOptions, option) != std::end(kOptions);
}

verify::ExecutorKind executor_kind(const std::string& name) {
  return name == verify::executor_name(verify::ExecutorKind::kSlurm) ? verify::ExecutorKind::kSlurm
                                                                     : verify::ExecutorKind::kLocal;
}

// As the command line has it, else as the plan was begun.
verify::Execution asked_execution(const Invocation& invocation, verify::Execution execution) {
  if (const auto name = invocation.text("executor")) execution.executor = executor_kind(*name);
  // Slurm may execute all at once unless somebody says otherwise.
  if (execution.executor == verify::ExecutorKind::kSlurm && !invocation.flag("resume")) execution.jobs = 0;
  execution.jobs = invocation.integer("jobs").value_or(execution.jobs);
  if (invocation.flag("sbatch-option")) execution.sbatch_options = invocation.texts("sbatch-option");
  return execution;
}

std::optional<int64_t> inherited_threads() {
  std::optional<int64_t> most;
  for (const auto& [name, value] : platform::all_environment_variables()) {
    const auto n = name.ends_with("_NUM_THREADS") ? parse_int64(value) : std::nullopt;
    if (n && *n > most.value_or(0)) most = n;
  }
  return most;
}

// One run alone sees all cores, as a program does that nobody verifies; runs at once share what they are
// granted.
int64_t cores_to_share(const verify::Execution& execution) {
  const int64_t allowed = platform::count_allowed_cores();
  return execution.jobs > 1 ? std::min(allowed, platform::default_thread_count()) : allowed;
}

std::string run_text(const verify::PlannedRun& run) {
  return "run " + number_text(run.number) + " (" + run.name + ")";
}

std::string cluster_job() {
  const auto job = platform::environment_variable("SLURM_ARRAY_JOB_ID");
  const auto task = platform::environment_variable("SLURM_ARRAY_TASK_ID");
  return job && task ? *job + "_" + *task : platform::environment_variable("SLURM_JOB_ID").value_or("");
}

}  // namespace

std::vector<OptionSpec> execution_options() {
  return {
      {.name = "resume",
       .type = OptionType::kPath,
       .value_name = "DIR",
       .help =
           "go on with an interrupted verification: finished runs stay, unfinished records are moved aside "
           "and the runs executed again; what to do is in DIR/verification.json"},
      {.name = "jobs",
       .type = OptionType::kInteger,
       .value_name = "N",
       .help =
           "so many runs at once, as far as each can have cores of its own; all runs see the same number of "
           "cores. Runs that write into the folder they run in go on one by one. Run times are then "
           "not comparable with those of a program that runs alone",
       .least = 1},
      {.name = "executor",
       .type = OptionType::kText,
       .value_name = "NAME",
       .choices = {"local", "slurm"},
       .help =
           "where runs are executed: local (here, unless said otherwise), or slurm (as arrays of jobs; the "
           "folder must be one that all nodes share)"},
      {.name = "sbatch-option",
       .type = OptionType::kText,
       .value_name = "OPTION",
       .help = "with --executor slurm: handed to sbatch as it is, as in --sbatch-option=--cpus-per-task=4",
       .repeatable = true},
      {.name = "only",
       .type = OptionType::kInteger,
       .value_name = "N",
       .help = "with --resume: execute run N of the plan and compare nothing; for schedulers of your own",
       .least = 1}};
}

Result<void> check_execution_options(const Invocation& invocation) {
  const bool resumes = invocation.flag("resume");
  const bool names_command = !invocation.arguments("COMMAND").empty();
  if (!resumes && invocation.flag("only"))
    return Error(ErrorCode::kUsage, "--only names a run of a plan", "say which plan: --resume DIR --only N");
  if (!resumes && !names_command) {
    return Error(ErrorCode::kUsage, "'ibid verify' needs COMMAND: the program and its arguments, or a record",
                 "'ibid verify --help' lists what there is");
  }
  if (!resumes) return {};
  if (names_command) {
    return Error(ErrorCode::kUsage, "--resume goes on with the command that it was begun with",
                 "leave the command out, or leave --resume out to begin anew");
  }
  for (const OptionSpec& option : invocation.command().options) {
    if (goes_with_resume(option.name) || !invocation.flag(option.name)) continue;
    return Error(ErrorCode::kUsage, "--" + std::string(option.name) + " cannot be changed with --resume",
                 "leave it out, or begin anew without --resume");
  }
  return {};
}

Result<verify::VerificationPlan> plan_execution(verify::VerificationPlan plan, const Invocation& invocation) {
  plan.execution = asked_execution(invocation, plan.execution);
  const bool slurm = plan.execution.executor == verify::ExecutorKind::kSlurm;
  if (slurm) IBID_TRY(verify::check_slurm());
  if (plan.recorded && (slurm || plan.execution.jobs > 1)) {
    return Error(ErrorCode::kUsage,
                 "a record cannot be compared with runs that see another number of cores than it saw",
                 "name its command instead of the record, or leave --jobs and --executor out");
  }
  if (!slurm)
    plan.execution.visible_cores =
        verify::shared_width(plan, cores_to_share(plan.execution), inherited_threads());
  return plan;
}

Result<std::unique_ptr<verify::RunExecutor>> make_executor(const verify::VerificationPlan& plan,
                                                           const Invocation& invocation) {
  const verify::Execution execution = asked_execution(invocation, plan.execution);
  if (execution.executor == verify::ExecutorKind::kSlurm) {
    IBID_ASSIGN(std::unique_ptr<verify::RunExecutor> executor, verify::make_slurm_executor(plan, execution));
    return executor;
  }
  IBID_ASSIGN(std::unique_ptr<verify::RunExecutor> executor,
              verify::LocalExecutor::create(plan, execution.jobs));
  return executor;
}

Result<platform::FileLock> lock_verification(const verify::VerificationPlan& plan) {
  const platform::Path folder = plan.folder / "locks";
  IBID_TRY(platform::make_folders(folder));
  return platform::FileLock::acquire(folder / "verification");
}

Result<void> set_unfinished_aside(const verify::VerificationPlan& plan, Console& console) {
  IBID_ASSIGN(const std::vector<std::string> cancelled, verify::cancel_left_jobs(plan));
  if (!cancelled.empty())
    console.print_warning("jobs of Slurm were left and are cancelled: " + join(cancelled, ", "));
  for (const verify::PlannedRun* run : plan.numbered_runs()) {
    IBID_ASSIGN(const std::optional<Json> finished, verify::finished_run(plan, *run));
    if (finished) continue;
    // Somebody who still executes it is waited for.
    if (!platform::path_exists(plan.folder_of(*run))) continue;
    IBID_ASSIGN(const platform::FileLock lock, verify::lock_run(plan, *run));
    IBID_ASSIGN(const std::optional<platform::Path> aside, verify::set_aside(plan, *run));
    if (aside)
      console.print_warning(run_text(*run) + " had not ended; its record is in " +
                            aside->filename().string());
  }
  return {};
}

Result<void> prepare_search(const verify::VerificationPlan& plan) {
  const std::vector<int32_t> cores = platform::allowed_cores_list();
  const auto width = static_cast<size_t>(plan.execution.visible_cores);
  if (width > 0 && width < cores.size())
    static_cast<void>(platform::use_only_cores(std::span(cores).first(width)));
  IBID_ASSIGN(const std::vector<platform::Path> entries, platform::list_sorted(plan.folder));
  for (const platform::Path& path : entries) {
    const std::string name = path.filename().string();
    if (!name.starts_with("divergence-") || name.find(".earlier-") != std::string::npos) continue;
    IBID_TRY(verify::move_aside(path, name + ".earlier"));
  }
  return {};
}

Result<int> execute_only(const Invocation& invocation, Console& console) {
  if (const auto parent = platform::take_environment_variable(verify::kParentVariable))
    platform::end_with_parent(parse_int64(*parent).value_or(0));
  const platform::Path folder = std::filesystem::absolute(*invocation.text("resume")).lexically_normal();
  IBID_ASSIGN(const verify::VerificationPlan plan, verify::read_plan(folder));
  const int64_t number = *invocation.integer("only");
  verify::RunPlace place;
  place.executor = executor_kind(invocation.text("executor").value_or("local"));
  place.jobs = invocation.integer("jobs").value_or(1);
  if (place.executor == verify::ExecutorKind::kSlurm) place.cluster_job = cluster_job();
  IBID_TRY(verify::execute_planned_run(plan, number, place));
  const verify::PlannedRun& run = *plan.find_run(number);
  console.print(run_text(run) + ": recorded in " + plan.folder_of(run).string() + "\n");
  return 0;
}

std::string execution_text(const verify::VerificationPlan& plan, const verify::RunExecutor& executor) {
  const int64_t at_once = executor.at_once(), cores = plan.execution.visible_cores;
  if (at_once == 0) return "";
  if (at_once == 1 && plan.execution.jobs == 1) return "";
  const std::string each = number_text(cores) + (cores == 1 ? " core" : " cores");
  if (at_once == 1) return "one run at once: each needs " + each + ", and there are not more\n";
  return number_text(at_once) + " runs at once, each with " + each + " of its own\n";
}

bool can_go_on(const Error& error) {
  for (const ErrorCode code :
       {ErrorCode::kUsage, ErrorCode::kMismatch, ErrorCode::kUnsupported, ErrorCode::kInternal}) {
    if (error.code() == code) return false;
  }
  return true;
}

Error with_resume_hint(const Error& error, const Invocation& invocation, const platform::Path& shown) {
  std::string line = "ibid verify --resume " + shell_word(shown.string());
  if (const auto jobs = invocation.text("jobs"); jobs && invocation.flag("resume"))
    line += " --jobs " + *jobs;
  if (const auto junit = invocation.text("junit")) line += " --junit " + shell_word(*junit);
  for (const char* flag : {"json", "ci", "no-search", "plots"}) {
    if (invocation.flag(flag)) line += " --" + std::string(flag);
  }
  if (const auto file = invocation.text("predictions")) line += " --predictions " + shell_word(*file);
  const std::string before = error.hint().empty() ? "" : error.hint() + "; then ";
  return Error(error.code(), error.to_string(), before + "go on with: " + line);
}

}  // namespace ibid::cli
