#include "verify/verification_plan.h"

#include <algorithm>

#include "base/build_facts.h"
#include "base/number_text.h"
#include "base/sha256.h"
#include "platform/atomic_file.h"
#include "verify/record_options_json.h"
#include "verify/variation_json.h"

namespace ibid::verify {
namespace {

constexpr const char* kPlanFile = "verification.json";
constexpr int64_t kFormat = 1;

std::string folder_name(int64_t number, const std::string& name) {
  std::string text = (number < 10 ? "0" : "") + number_text(number) + "-" + name;
  std::replace_if(text.begin(), text.end(), [](char c) { return c == ' ' || c == '/' || c == '='; }, '-');
  return text;
}

class Planner {
 public:
  explicit Planner(const PlanRequest& request) : request_(request) {}

  PlannedSetup plan(const Setup& setup) {
    PlannedSetup planned{setup.name, setup.enforcement, setup.judged, {}};
    const auto as_it_is = [](int64_t i) { return Variation{kAsItIs, number_text(i), {}, ""}; };
    if (request_.recorded && setup.name.empty()) {
      ++n_runs_;  // the records of a plan are numbered alike, whoever made the first
      planned.runs.push_back({.number = 0, .name = setup.first_name, .folder = "", .variation = as_it_is(1)});
    } else {
      planned.runs.push_back(run(setup, setup.first_name, as_it_is(1)));
    }
    for (int64_t i = 2; i <= setup.repeats + 1; ++i)
      planned.runs.push_back(run(setup, "as it is " + number_text(i), as_it_is(i)));
    for (const Variation& variation : setup.variations)
      planned.runs.push_back(run(setup, variation.name(), variation));
    return planned;
  }

 private:
  PlannedRun run(const Setup& setup, const std::string& name, const Variation& variation) {
    PlannedRun planned{.number = 0, .name = name, .folder = "", .variation = variation};
    if (!variation.skipped.empty()) return planned;
    planned.number = ++n_runs_;
    planned.folder = folder_name(planned.number, setup.name.empty() ? name : setup.name + " " + name);
    return planned;
  }

  const PlanRequest& request_;
  int64_t n_runs_ = 0;
};

Json run_json(const PlannedRun& run) {
  Json json = {{"number", run.number}, {"name", run.name}};
  if (run.number > 0) json["folder"] = run.folder;
  json["variation"] = variation_json(run.variation);
  return json;
}

Json setup_json(const PlannedSetup& setup) {
  Json runs = Json::array();
  for (const PlannedRun& run : setup.runs) runs.push_back(run_json(run));
  return {{"name", setup.name},
          {"enforcement", enforcement_json(setup.enforcement)},
          {"judged", setup.judged},
          {"runs", std::move(runs)}};
}

Json plan_json(const VerificationPlan& plan) {
  Json json = {{"format", kFormat},
               {"kind", "verification"},
               {"ibid", build_facts().version},
               {"ignore_output", plan.ignore_output},
               {"factors", plan.factors},
               {"allow_failure", plan.allow_failure}};
  json["recorded"] = plan.recorded ? Json(plan.recorded->string()) : Json();
  json["executor"] = executor_name(plan.execution.executor);
  json["jobs"] = plan.execution.jobs;
  json["visible_cores"] = plan.execution.visible_cores;
  json["sbatch_options"] = plan.execution.sbatch_options;
  json["record"] = record_options_json(plan.record);
  json["setups"] = Json::array();
  for (const PlannedSetup& setup : plan.setups) json["setups"].push_back(setup_json(setup));
  return json;
}

Error damaged(const std::string& name, const std::string& what) {
  return Error(ErrorCode::kMalformed, name + " " + what, "begin the verification anew in another folder");
}

// A folder of a run lies in that of the plan: a file from elsewhere must not make us write anywhere.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos;
}

Result<PlannedRun> parse_run(const Json& json, const std::string& name) {
  PlannedRun run;
  run.number = json.at("number").get<int64_t>();
  run.name = json.at("name").get<std::string>();
  run.variation = parse_variation(json.at("variation"));
  if (run.number == 0) return run;
  run.folder = json.at("folder").get<std::string>();
  if (!is_plain_name(run.folder))
    return damaged(name, "has a run in '" + run.folder + "', which is no name of a folder");
  return run;
}

Result<VerificationPlan> parse_plan(const Json& json, const std::string& name) {
  VerificationPlan plan;
  plan.ignore_output = json.at("ignore_output").get<std::vector<std::string>>();
  plan.factors = json.at("factors").get<std::vector<std::string>>();
  plan.allow_failure = json.at("allow_failure").get<bool>();
  if (json.at("recorded").is_string()) plan.recorded = json.at("recorded").get<std::string>();
  plan.execution.executor = json.at("executor") == executor_name(ExecutorKind::kSlurm) ? ExecutorKind::kSlurm
                                                                                       : ExecutorKind::kLocal;
  plan.execution.jobs = json.at("jobs").get<int64_t>();
  plan.execution.visible_cores = json.at("visible_cores").get<int64_t>();
  plan.execution.sbatch_options = json.at("sbatch_options").get<std::vector<std::string>>();
  IBID_ASSIGN(plan.record, parse_record_options(json.at("record"), name));
  for (const Json& setup_json : json.at("setups")) {
    PlannedSetup setup{setup_json.at("name").get<std::string>(),
                       parse_enforcement(setup_json.at("enforcement")),
                       setup_json.at("judged").get<bool>(),
                       {}};
    for (const Json& entry : setup_json.at("runs")) {
      IBID_ASSIGN(PlannedRun run, parse_run(entry, name));
      setup.runs.push_back(std::move(run));
    }
    if (setup.runs.empty()) return damaged(name, "has a setup without runs");
    plan.setups.push_back(std::move(setup));
  }
  if (plan.setups.empty()) return damaged(name, "has no setups");
  return plan;
}

Result<void> check_version(const Json& json, const std::string& name) {
  const std::string version = json.is_object() ? json.value("ibid", "") : "";
  if (!json.is_object() || json.value("kind", "") != "verification" ||
      json.value("format", int64_t{0}) != kFormat)
    return damaged(name, "is no plan of a verification that this ibid can read");
  if (version == build_facts().version) return {};
  return Error(ErrorCode::kUnsupported,
               name + " was made by ibid " + version + "; this is " + std::string(build_facts().version),
               "go on with the version that began it, or begin anew in another folder");
}

}  // namespace

std::string_view executor_name(ExecutorKind kind) { return kind == ExecutorKind::kSlurm ? "slurm" : "local"; }

std::vector<const PlannedRun*> VerificationPlan::numbered_runs() const {
  std::vector<const PlannedRun*> all;
  for (const PlannedSetup& setup : setups) {
    for (const PlannedRun& run : setup.runs) {
      if (run.number > 0) all.push_back(&run);
    }
  }
  return all;
}

const PlannedRun* VerificationPlan::find_run(int64_t number) const {
  const std::vector<const PlannedRun*> all = numbered_runs();
  const auto found = std::ranges::find_if(all, [&](const PlannedRun* run) { return run->number == number; });
  return found == all.end() ? nullptr : *found;
}

VerificationPlan make_plan(const PlanRequest& request) {
  VerificationPlan plan{.folder = request.folder,
                        .record = request.record,
                        .ignore_output = request.ignore_output,
                        .recorded = request.recorded,
                        .execution = request.execution,
                        .factors = request.factors,
                        .allow_failure = request.allow_failure,
                        .setups = {}};
  Planner planner(request);
  for (const Setup& setup : request.setups) plan.setups.push_back(planner.plan(setup));
  return plan;
}

Result<void> write_plan(const VerificationPlan& plan) {
  const platform::Path path = plan.folder / kPlanFile;
  const Json json = plan_json(plan);
  const std::string text = json_text(json);
  IBID_ASSIGN(const Json read_back, parse_json(text, path.string()));
  if (read_back != json) {
    return Error(ErrorCode::kUnsupported, "the command or its folder has bytes that are not UTF-8",
                 "give such words to a script of your own, and verify the script");
  }
  IBID_TRY(platform::make_folders(plan.folder));
  return platform::write_file_atomically(path, text);
}

Result<VerificationPlan> read_plan(const platform::Path& folder) {
  const platform::Path path = folder / kPlanFile;
  if (!platform::path_exists(path)) {
    return Error(ErrorCode::kNotFound,
                 folder.string() + " is no folder of a verification: it has no " + kPlanFile,
                 "name the folder that 'ibid verify' filled");
  }
  IBID_ASSIGN(const std::string text, platform::read_file(path));
  IBID_ASSIGN(const Json json, parse_json(text, path.string()));
  IBID_TRY(check_version(json, path.string()));
  try {
    IBID_ASSIGN(VerificationPlan plan, parse_plan(json, path.string()));
    plan.folder = folder;
    return plan;
  } catch (const Json::exception& problem) {
    return damaged(path.string(), std::string("cannot be read: ") + problem.what());
  }
}

std::string identity_of(const VerificationPlan& plan, const PlannedSetup& setup, const PlannedRun& run) {
  const Json all = {record_options_json(plan.record), setup.name, enforcement_json(setup.enforcement),
                    run_json(run)};
  return sha256_hex(json_text(all));
}

std::optional<int64_t> held_threads(const VerificationPlan& plan, const PlannedSetup& setup,
                                    const PlannedRun& run) {
  std::optional<int64_t> most;
  for (const Variables* variables : {&plan.record.environment, &run.variation.environment}) {
    for (const auto& [name, value] : *variables) {
      const auto n = name.ends_with("_NUM_THREADS") ? parse_int64(value) : std::nullopt;
      if (n && *n > most.value_or(0)) most = n;
    }
  }
  if (!most && setup.enforcement.deterministic) return setup.enforcement.threads;
  return most;
}

int64_t shared_width(const VerificationPlan& plan, int64_t available,
                     std::optional<int64_t> inherited_threads) {
  int64_t width = std::max<int64_t>(1, available / std::max<int64_t>(1, plan.execution.jobs));
  for (const PlannedSetup& setup : plan.setups) {
    for (const PlannedRun& run : setup.runs) {
      if (run.number == 0) continue;
      width = std::max(width, held_threads(plan, setup, run).value_or(inherited_threads.value_or(1)));
    }
  }
  return std::min(width, std::max<int64_t>(1, available));
}

}  // namespace ibid::verify
