#include "verify/planned_run.h"

#include <algorithm>
#include <filesystem>

#include "base/number_text.h"
#include "platform/core_affinity.h"
#include "platform/signals.h"
#include "verify/written_files.h"

namespace ibid::verify {
namespace {

constexpr const char* kFinished = "planned_run.json";
constexpr const char* kLocks = "locks";

std::string text_of(const PlannedRun& run) {
  return "run " + number_text(run.number) + " (" + run.name + ")";
}

const PlannedSetup& setup_of(const VerificationPlan& plan, int64_t number) {
  const auto has_it = [&](const PlannedSetup& setup) {
    return std::ranges::any_of(setup.runs, [&](const PlannedRun& run) { return run.number == number; });
  };
  return *std::ranges::find_if(plan.setups, has_it);
}

Result<void> check_fits(const VerificationPlan& plan, const PlannedRun& run, const Json& record) {
  const Json execution = record.is_object() ? record.value("execution", Json::object()) : Json::object();
  const std::string identity = identity_of(plan, setup_of(plan, run.number), run);
  if (execution.is_object() && execution.value("planned_as", "") == identity) return {};
  return Error(ErrorCode::kMismatch,
               plan.folder_of(run).string() + " is no record of " + text_of(run) + " as it is planned",
               "move that folder elsewhere; the run is then executed anew");
}

// The folder of the run that all others of a setup are compared with.
platform::Path first_folder(const VerificationPlan& plan, const PlannedSetup& setup) {
  const PlannedRun& first = setup.runs.front();
  return first.number == 0 && plan.recorded ? *plan.recorded : plan.folder_of(first);
}

// The cadence that a first run has chosen for the others, if it has.
Result<void> take_cadence(const VerificationPlan& plan, const PlannedSetup& setup,
                          std::string& digest_every) {
  const PlannedRun& first = setup.runs.front();
  if (first.number > 0) {
    IBID_ASSIGN(const std::optional<Json> finished, finished_run(plan, first));
    if (!finished) {
      return Error(ErrorCode::kUsage, text_of(first) + " is needed by others and is not finished",
                   "execute it first: --only " + number_text(first.number));
    }
  }
  IBID_ASSIGN(const RunFolder folder, RunFolder::open(first_folder(plan, setup)));
  if (!folder.has("seen.json")) return {};
  IBID_ASSIGN(const Json seen, folder.read_json("seen.json"));
  digest_every = settled_cadence(digest_every, seen);
  return {};
}

Json place_json(const RunPlace& place) {
  const std::vector<int32_t> cores = platform::allowed_cores_list();
  Json json = {{"executor", executor_name(place.executor)},
               {"jobs", place.executor == ExecutorKind::kLocal ? Json(place.jobs) : Json()},
               {"visible_cores", cores.size()},
               {"cores", cores}};
  if (!place.cluster_job.empty()) json["cluster_job"] = place.cluster_job;
  return json;
}

// Watches what is written below the working folder while a first run executes, as far as that matters.
class FolderWatch {
 public:
  FolderWatch(const VerificationPlan& plan, bool wanted)
      : folder_(plan.record.folder), left_out_(plan.folder.lexically_normal()) {
    if (wanted) before_.emplace(FolderState::of(folder_, left_out_));
  }

  Result<Json> result(const RunFolder& record) const {
    if (!before_) return Json();
    if (!before_->ok()) return Json{{"unknown", before_->error().message()}};
    const Result<FolderState> after = FolderState::of(folder_, left_out_);
    if (!after.ok()) return Json{{"unknown", after.error().message()}};
    std::vector<std::string> paths = after.value().changed_since(before_->value());
    IBID_ASSIGN(const Json files, record.read_json("files.json"));
    // Those that were gone again at its end.
    for (const Json& file : files) {
      const std::string path =
          std::filesystem::path(file.value("path", "")).lexically_relative(folder_).string();
      const bool below = !path.empty() && !path.starts_with("..");
      if (below && file.value("role", "read") != "read" && FolderState::counts(path)) paths.push_back(path);
    }
    std::ranges::sort(paths);
    const auto [repeated, end] = std::ranges::unique(paths);
    paths.erase(repeated, end);
    return Json{{"paths", paths}};
  }

 private:
  platform::Path folder_, left_out_;
  std::optional<Result<FolderState>> before_;
};

Result<void> record_planned(const VerificationPlan& plan, const PlannedRun& run, const RunPlace& place) {
  const PlannedSetup& setup = setup_of(plan, run.number);
  const PlannedSetup& first_setup = plan.setups.front();
  const bool first = &setup.runs.front() == &run;
  RecordOptions options = plan.record;
  options.enforcement = setup.enforcement;
  // The source is the same for all; the first run of all keeps it.
  options.source = run.number == 1;
  if (!first || &setup != &first_setup) IBID_TRY(take_cadence(plan, first_setup, options.digest_every));
  if (!first) IBID_TRY(take_cadence(plan, setup, options.digest_every));
  options.execution = place_json(place);
  options.execution["planned_run"] = run.number;
  options.execution["planned_as"] = identity_of(plan, setup, run);
  const FolderWatch watch(plan, first && (place.jobs > 1 || place.executor != ExecutorKind::kLocal));
  IBID_ASSIGN(RunFolder folder, RunFolder::create(plan.folder_of(run)));
  IBID_TRY(vary(options, run.variation, folder));
  IBID_TRY(record_run(options, folder));
  if (platform::stop_requested())
    return Error(ErrorCode::kInterrupted, text_of(run) + " was stopped before its end");
  Json finished = {{"format", 1}, {"number", run.number}, {"name", run.name}};
  IBID_ASSIGN(Json written, watch.result(folder));
  if (!written.is_null()) finished["written_below_the_folder"] = std::move(written);
  return folder.write_json(kFinished, finished);
}

}  // namespace

Result<platform::FileLock> lock_run(const VerificationPlan& plan, const PlannedRun& run) {
  IBID_TRY(platform::make_folders(plan.folder / kLocks));
  return platform::FileLock::acquire(plan.folder / kLocks / run.folder);
}

Result<std::optional<Json>> finished_run(const VerificationPlan& plan, const PlannedRun& run) {
  const platform::Path path = plan.folder_of(run);
  if (!platform::path_exists(path / kFinished)) return std::optional<Json>();
  IBID_ASSIGN(const RunFolder folder, RunFolder::open(path));
  IBID_ASSIGN(const Json record, folder.read_json("run.json"));
  IBID_TRY(check_fits(plan, run, record));
  IBID_ASSIGN(Json finished, folder.read_json(kFinished));
  return std::optional<Json>(std::move(finished));
}

Result<platform::Path> move_aside(const platform::Path& path, const std::string& name) {
  platform::Path aside = RunFolder::free_path(path.parent_path(), name);
  std::error_code problem;
  std::filesystem::rename(path, aside, problem);
  if (!problem) return aside;
  return Error(ErrorCode::kIo, path.string() + " could not be renamed: " + problem.message(),
               "see whether the folder may be written");
}

Result<std::optional<platform::Path>> set_aside(const VerificationPlan& plan, const PlannedRun& run) {
  const platform::Path path = plan.folder_of(run);
  if (!platform::path_exists(path)) return std::optional<platform::Path>();
  IBID_ASSIGN(platform::Path aside, move_aside(path, run.folder + ".unfinished"));
  return std::optional<platform::Path>(std::move(aside));
}

Result<void> execute_planned_run(const VerificationPlan& plan, int64_t number, const RunPlace& place) {
  const PlannedRun* run = plan.find_run(number);
  if (run == nullptr) {
    return Error(
        ErrorCode::kUsage,
        "there is no run " + number_text(number) + " in " + (plan.folder / "verification.json").string(),
        "the file lists the numbers of its runs");
  }
  IBID_ASSIGN(const platform::FileLock lock, lock_run(plan, *run));
  IBID_ASSIGN(const std::optional<Json> finished, finished_run(plan, *run));
  if (finished) return {};
  IBID_TRY(set_aside(plan, *run));
  IBID_TRY(platform::check_not_stopped());
  return record_planned(plan, *run, place);
}

SharedFiles shared_files(const Json& finished) {
  SharedFiles shared;
  const Json written = finished.value("written_below_the_folder", Json());
  if (!written.is_object()) {
    shared.unknown = "nobody looked, because it was not to run beside others";
  } else if (written.contains("unknown")) {
    shared.unknown = written["unknown"].get<std::string>();
  } else {
    for (const Json& path : written.value("paths", Json::array()))
      shared.paths.push_back(path.get<std::string>());
  }
  return shared;
}

}  // namespace ibid::verify
