#include <algorithm>
#include <memory>
#include <optional>

#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/crossed_option.h"
#include "cli/factor_options.h"
#include "cli/invocation.h"
#include "cli/recording_options.h"
#include "cli/repetition_text.h"
#include "cli/variation_options.h"
#include "cli/verification_execution.h"
#include "cli/verification_output.h"
#include "cli/verification_text.h"
#include "verify/factor_findings.h"
#include "verify/operation_report.h"
#include "verify/predictions.h"
#include "verify/repetition.h"
#include "verify/repetition_statistics.h"

namespace ibid::cli {
namespace {

// "ibid verify RUN" names a folder with a record; anything else is a command.
bool is_record(const std::vector<std::string>& words) {
  return words.size() == 1 && platform::path_exists(platform::Path(words.front()) / "run.json");
}

Result<void> take_record(const platform::Path& path, verify::PlanRequest& options) {
  IBID_ASSIGN(const verify::RunFolder folder, verify::RunFolder::open(path));
  IBID_ASSIGN(const Json run, folder.read_json("run.json"));
  if (run.value("kind", "") != "recorded" || !run.contains("command") || !run.contains("folder")) {
    return Error(ErrorCode::kUsage, path.string() + " is not a record of 'ibid run'",
                 "trainings of 'ibid train' are verified with 'ibid verify train'");
  }
  options.recorded = path;
  options.record.command = run["command"].get<std::vector<std::string>>();
  options.record.folder = run["folder"].get<std::string>();
  const Json environment = run.value("environment", Json::object());
  for (const auto& [name, value] : environment.items())
    options.record.environment.emplace_back(name, value.get<std::string>());
  if (const auto every = run.find("digest_every"); every != run.end())
    options.record.digest_every = every->is_string() ? every->get<std::string>() : every->dump();
  if (options.record.parameters.empty())
    options.record.parameters = run.value("parameters", std::vector<std::string>());
  if (run.value("trace_files", false) && !options.record.file_tracer) {
    IBID_ASSIGN(options.record.file_tracer, verify::find_file_tracer());
  }
  if (!options.record.enforcement.asks_for_anything())
    options.record.enforcement = verify::parse_enforcement(run.value("enforcement", Json()));
  return {};
}

// How many runs with other seeds: as asked for, or as many as a factor needs.
std::optional<int64_t> n_seeds(const Invocation& invocation, const char* option, bool is_probed) {
  constexpr int64_t kUsual = 3;
  const auto n = invocation.integer(option);
  return n || !is_probed ? n : kUsual;
}

Result<std::vector<verify::Setup>> read_setups(const Invocation& invocation,
                                               const verify::RecordOptions& record, const Factors& factors) {
  const std::set<std::string_view> probes = probes_of(factors);
  const verify::Enforcement& own = record.enforcement;
  std::vector<verify::Setup> setups = {{}};
  setups.front().enforcement = own;
  if (const auto names = invocation.text("setup")) {
    IBID_ASSIGN(setups, verify::named_setups(*names, own));
  }
  for (verify::Setup& setup : setups) {
    setup.repeats = *invocation.integer("repeat");
    IBID_ASSIGN(setup.variations, read_variations(invocation, record, probes));
  }
  if (const auto n = n_seeds(invocation, "init-seeds", probes.contains("seed")))
    setups.push_back(verify::seeds_setup(*n, own));
  if (const auto n = n_seeds(invocation, "order-seeds", probes.contains("order-seed")))
    setups.push_back(verify::order_seeds_setup(*n, own));
  IBID_ASSIGN(const std::optional<verify::Setup> crossed, read_crossed(invocation, record));
  if (crossed) setups.push_back(*crossed);
  return setups;
}

verify::VerificationListener progress_listener(Console& console, const verify::VerificationPlan& plan,
                                               verify::RunExecutor& executor) {
  console.print("repeating: " + join(plan.record.command, " ") + "\n" + execution_text(plan, executor));
  verify::VerificationListener listener;
  listener.on_setup = [&console](const verify::PlannedSetup& setup) {
    if (!setup.name.empty()) console.print(setup.name + ", compared with " + setup.runs.front().name + ":\n");
  };
  listener.on_run = [&console, &executor, told = false](const verify::Repetition& repetition) mutable {
    const std::string why = executor.one_by_one();
    if (!told && !why.empty() && executor.at_once() != 1)
      console.print("  one by one from here on: " + why + "\n");
    told = !why.empty();
    console.print(run_text(console, repetition));
  };
  return listener;
}

// For setups that are judged; that others differ is what they are for.
Result<Json> find_first_operations(const Invocation& invocation, const verify::VerificationPlan& plan,
                                   const verify::VerificationResult& result) {
  Json findings = Json::array();
  // Where jobs are submitted is no place for trainings.
  const bool here = plan.execution.executor == verify::ExecutorKind::kLocal;
  if (invocation.flag("no-search") || !here) return findings;
  IBID_TRY(prepare_search(plan));
  for (const verify::SetupResult& setup : result.setups) {
    if (!setup.judged) continue;
    IBID_ASSIGN(Json more, verify::first_operations(plan.record, setup, plan.folder));
    for (Json& finding : more) findings.push_back(std::move(finding));
  }
  return findings;
}

// What the runs say about the factors that the plan names.
Result<Json> factor_findings(const verify::VerificationPlan& plan, const verify::VerificationResult& result,
                             const Json& report) {
  Factors factors;
  for (const std::string& code : plan.factors) {
    IBID_ASSIGN(const verify::TaxonomyFactor* factor, verify::find_factor(code));
    factors.push_back(factor);
  }
  IBID_ASSIGN(const verify::RunFolder first, verify::RunFolder::open(result.setups.front().first));
  IBID_ASSIGN(const Json first_run, first.read_json("run.json"));
  return verify::factors_json(factors, report, first_run);
}

bool any_found(const Json& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Json& finding) { return finding.contains("why"); });
}

// What a command line that begins a verification asks for.
Result<verify::VerificationPlan> new_plan(const Invocation& invocation, const platform::Path& shown) {
  verify::PlanRequest request;
  IBID_ASSIGN(request.record, read_recording_options(invocation));
  const std::vector<std::string> words = invocation.arguments("COMMAND");
  if (is_record(words)) {
    IBID_TRY(take_record(std::filesystem::absolute(words.front()), request));
  } else {
    IBID_TRY(check_program(request.record.command.front()));
  }
  IBID_ASSIGN(const Factors factors, read_factors(invocation));
  for (const verify::TaxonomyFactor* factor : factors) request.factors.emplace_back(factor->code);
  IBID_ASSIGN(request.setups, read_setups(invocation, request.record, factors));
  request.ignore_output = invocation.texts("ignore-output");
  request.allow_failure = invocation.flag("allow-failure");
  IBID_TRY(verify::noise_patterns(request.ignore_output));
  request.folder = std::filesystem::absolute(shown).lexically_normal();
  if (platform::path_exists(shown)) {
    return Error(
        ErrorCode::kUsage, "the folder " + shown.string() + " exists already",
        "name another with --output, or go on with what is in it: --resume " + shell_word(shown.string()));
  }
  return plan_execution(verify::make_plan(request), invocation);
}

Result<int> compare_all(const verify::VerificationPlan& plan, const Invocation& invocation, Console& console,
                        const platform::Path& shown) {
  const bool json = invocation.flag("json");
  IBID_ASSIGN(const platform::FileLock lock, lock_verification(plan));
  IBID_TRY(set_unfinished_aside(plan, console));
  IBID_ASSIGN(std::unique_ptr<verify::RunExecutor> executor, make_executor(plan, invocation));
  verify::VerificationListener listener;
  if (!json) listener = progress_listener(console, plan, *executor);
  IBID_ASSIGN(const verify::VerificationResult result,
              verify::execute_and_compare(plan, *executor, listener));
  executor.reset();
  Json report = verify::verification_json(result);
  IBID_ASSIGN(report["statistics"], verify::repetition_statistics(verify::grouped_runs(result)));
  report["statistics"]["run_seconds_comparable"] = result.run_times_comparable;
  for (const verify::SetupResult& setup : result.setups) {
    if (setup.name != verify::kCrossedSetup) continue;
    IBID_ASSIGN(report["statistics"]["variance"], verify::crossed_statistics(setup));
  }
  if (const auto file = invocation.text("predictions")) {
    IBID_ASSIGN(
        report["statistics"]["predictions"],
        verify::prediction_statistics(verify::grouped_runs(result), verify::parse_prediction_file(*file)));
  }
  IBID_ASSIGN(report["first_operations"], find_first_operations(invocation, plan, result));
  if (!plan.factors.empty()) {
    IBID_ASSIGN(report["factors"], factor_findings(plan, result, report));
  }
  IBID_TRY(write_reports(report, verify::grouped_runs(result), plan.folder, invocation));
  const bool hint = !result.same() && !any_found(report["first_operations"]);
  console.print(json ? json_text(report)
                     : verdicts_text(console, result) +
                           first_operations_text(console, report["first_operations"]) +
                           (hint ? output_hint(result) : "") + statistics_text(report["statistics"]) +
                           (plan.factors.empty() ? "" : factors_text(console, report["factors"])) +
                           "report: " + (shown / "report.html").string() + ", and report.json beside it\n");
  if (invocation.flag("ci")) IBID_TRY(tell_ci(report, plan.folder, console));
  return result.same() ? 0 : 1;
}

Result<int> run(const Invocation& invocation, Console& console) {
  IBID_TRY(check_execution_options(invocation));
  if (invocation.flag("only")) return execute_only(invocation, console);
  const std::optional<std::string> resumed = invocation.text("resume");
  const platform::Path shown = resumed
                                   ? platform::Path(*resumed)
                                   : record_path(invocation, "ibid-verify", invocation.arguments("COMMAND"));
  verify::VerificationPlan plan;
  if (resumed) {
    IBID_ASSIGN(plan, verify::read_plan(std::filesystem::absolute(shown).lexically_normal()));
  } else {
    IBID_ASSIGN(plan, new_plan(invocation, shown));
    IBID_TRY(verify::write_plan(plan));
  }
  Result<int> status = compare_all(plan, invocation, console, shown);
  if (status.ok() || !can_go_on(status.error())) return status;
  return with_resume_hint(status.error(), invocation, shown);
}

std::vector<OptionSpec> options() {
  std::vector<OptionSpec> options = {
      {.name = "repeat",
       .type = OptionType::kInteger,
       .value_name = "N",
       .default_value = "1",
       .help = "how often to repeat it as it is",
       .least = 0},
      {.name = "setup",
       .type = OptionType::kText,
       .value_name = "LIST",
       .help = "compare the runs of each setup with one another: random (seeds replaced by entropy), seeds "
               "(--seed, "
               "or 42, and nothing else held still), deterministic (all held still)"},
      {.name = "init-seeds",
       .type = OptionType::kInteger,
       .value_name = "N",
       .help = "also N runs with the first primes above 100 as seeds, in place of the program's own; they "
               "tell how "
               "much depends on the seed and do not count in the verdict",
       .least = 2},
      {.name = "order-seeds",
       .type = OptionType::kInteger,
       .value_name = "N",
       .help =
           "also N runs in which PyTorch's samplers give the same samples in another order and nothing else "
           "is changed; they do not count in the verdict either",
       .least = 2}};
  const auto add = [&](std::vector<OptionSpec> more) {
    options.insert(options.end(), more.begin(), more.end());
  };
  add(variation_options());
  options.push_back(crossed_option());
  add(factor_options());
  options.push_back({.name = "allow-failure",
                     .help = "also compare runs of a program that ends with another exit status than 0"});
  options.push_back({.name = "ignore-output",
                     .type = OptionType::kText,
                     .value_name = "PATTERN",
                     .help = "what this matches in standard output is not compared: times, paths",
                     .repeatable = true});
  add(recording_options());
  options.push_back(
      {.name = "no-search",
       .help = "where runs differ, do not run them again to find the first operation that does"});
  add(execution_options());
  add(report_file_options());
  options.push_back({.name = "json", .help = "print the report as JSON and nothing else"});
  return options;
}

}  // namespace

CommandSpec verify_command() {
  return {
      .name = "verify",
      .summary = "run a program again and compare what comes out, bit by bit",
      .description =
          "Runs a command, or the command of a record, in fresh processes and compares each run with the "
          "first: "
          "digests of every step, metrics, files written, output, exit status. Each variation changes one "
          "thing "
          "that should not matter. Where runs differ, the first step and the tensors that differ there are "
          "named. What the program prints goes into the records only.",
      .arguments = {{.name = "COMMAND",
                     .help = "the program and its arguments, or the folder of a record",
                     .required = false,
                     .repeatable = true,
                     .verbatim = true}},
      .options = options(),
      .examples = {{"ibid verify -- python3 train.py", "does it come out the same twice?"},
                   {"ibid verify --threads 1,2 --isa avx2,avx512 -- python3 train.py",
                    "and does it depend on threads or instruction sets?"},
                   {"ibid verify --setup random,seeds,deterministic --repeat 4 -- python3 train.py",
                    "what do seeds alone achieve, what does holding all still?"},
                   {"ibid verify --all-factors -- python3 train.py",
                    "which of the twenty factors of irreproducibility does it depend on?"},
                   {"ibid verify --jobs 4 --repeat 8 -- python3 train.py",
                    "four at once, each with cores of its own"},
                   {"ibid verify --resume ibid-verify/train-1", "go on with one that was interrupted"},
                   {"ibid verify ibid-runs/train-1", "repeat a recorded run, perhaps on another day"}},
      .exit_statuses = {{1, "runs differ, or there was nothing to compare"}},
      .run = run,
  };
}

}  // namespace ibid::cli
