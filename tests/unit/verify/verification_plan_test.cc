#include "verify/verification_plan.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "platform/atomic_file.h"
#include "support/temporary_folder.h"
#include "verify/plan_progress.h"
#include "verify/written_files.h"

namespace ibid::verify {
namespace {

VerificationPlan plan_in(const platform::Path& folder, std::vector<Setup> setups) {
  PlanRequest request;
  request.record.command = {"program", "a word", "\xC3\xA4"};
  request.record.folder = folder;
  request.record.environment = {{"A", "1"}, {"A", "2"}};
  request.record.keep.file_bytes = 7;
  request.record.operations = "2-3";
  request.setups = std::move(setups);
  request.ignore_output = {"x+"};
  request.folder = folder / "v";
  return make_plan(request);
}

// As the last act of a run leaves it.
void finish(const VerificationPlan& plan, int64_t number, const Json& written = Json()) {
  const PlannedRun& run = *plan.find_run(number);
  const auto has_it = [&](const PlannedSetup& setup) {
    return std::ranges::any_of(setup.runs, [&](const PlannedRun& other) { return &other == &run; });
  };
  const PlannedSetup& setup = *std::ranges::find_if(plan.setups, has_it);
  const platform::Path folder = plan.folder_of(run);
  REQUIRE(platform::make_folders(folder).ok());
  const Json record = {{"execution", {{"planned_as", identity_of(plan, setup, run)}}}};
  REQUIRE(platform::write_file_atomically(folder / "run.json", json_text(record)).ok());
  Json finished = {{"number", number}};
  if (!written.is_null()) finished["written_below_the_folder"] = written;
  REQUIRE(platform::write_file_atomically(folder / "planned_run.json", json_text(finished)).ok());
}

const Json kNothingWritten = {{"paths", Json::array()}};

TEST_CASE("a plan that was written reads back the same") {
  const test::TemporaryFolder temporary;
  Setup deterministic;
  deterministic.enforcement.deterministic = true;
  deterministic.enforcement.seed = 5;
  deterministic.variations = thread_variations("1,3").value();
  deterministic.variations.front().skipped = "no reason";
  VerificationPlan plan = plan_in(temporary.path(), {deterministic, seeds_setup(2, {})});
  plan.execution = {ExecutorKind::kSlurm, 3, 2, {"--partition=x"}};
  REQUIRE(write_plan(plan).ok());
  const VerificationPlan again = read_plan(plan.folder).value();
  CHECK(again.ignore_output == plan.ignore_output);
  CHECK(again.execution.executor == ExecutorKind::kSlurm);
  CHECK(again.execution.jobs == 3);
  CHECK(again.execution.visible_cores == 2);
  CHECK(again.execution.sbatch_options == plan.execution.sbatch_options);
  REQUIRE(again.setups.size() == 2);
  CHECK(again.setups[0].runs[2].variation.skipped == "no reason");
  CHECK(again.setups[0].runs[2].number == 0);
  const PlannedRun& run = again.setups[0].runs[3];
  CHECK(run.number == 3);
  CHECK(run.folder == "03-threads-3");
  CHECK(run.variation.name() == "threads=3");
  CHECK(run.variation.environment == plan.setups[0].runs[3].variation.environment);
  CHECK(again.record.command == std::vector<std::string>{"program", "a word", "\xC3\xA4"});
  CHECK(again.record.environment == plan.record.environment);
  CHECK(again.record.keep.file_bytes == 7);
  CHECK(again.record.operations == "2-3");
  CHECK(again.setups[0].enforcement.seed == 5);
  CHECK_FALSE(again.setups[1].judged);
  CHECK(again.setups[1].runs[1].variation.seed == 103);
  // A run is told from all others, and known again.
  std::set<std::string> identities;
  for (const PlannedSetup& setup : again.setups) {
    for (const PlannedRun& each : setup.runs) identities.insert(identity_of(again, setup, each));
  }
  CHECK(identities.size() == 6);
  CHECK(identities.contains(identity_of(plan, plan.setups[0], plan.setups[0].runs[3])));
}

TEST_CASE("threads that a run is held to, and the width that all share") {
  const test::TemporaryFolder temporary;
  VerificationPlan plan = plan_in(temporary.path(), {{}});
  PlannedSetup& setup = plan.setups[0];
  CHECK_FALSE(held_threads(plan, setup, setup.runs[1]));
  const auto width = [&](int64_t jobs, int64_t available, std::optional<int64_t> inherited = std::nullopt) {
    plan.execution.jobs = jobs;
    return shared_width(plan, available, inherited);
  };
  CHECK(width(1, 16) == 16);
  CHECK(width(3, 16) == 5);
  CHECK(width(100, 16) == 1);
  CHECK(width(4, 16, 6) == 6);
  CHECK(width(0, 16) == 16);
  setup.runs[1].variation.environment = {
      {"OMP_NUM_THREADS", "8"}, {"MKL_NUM_THREADS", "2"}, {"OTHER", "9"}, {"X_NUM_THREADS", "many"}};
  CHECK(held_threads(plan, setup, setup.runs[1]) == 8);
  CHECK(width(4, 16) == 8);
  CHECK(width(4, 2) == 2);
  setup.enforcement.deterministic = true;
  setup.enforcement.threads = 3;
  CHECK(held_threads(plan, setup, setup.runs[0]) == 3);
}

TEST_CASE("first runs come before the others, and what they wrote decides how those go on") {
  const test::TemporaryFolder temporary;
  Setup other;
  other.name = "seeds";
  const VerificationPlan plan = plan_in(temporary.path(), {{}, other});
  PlanProgress progress = PlanProgress::begin(plan).value();
  CHECK(progress.startable() == std::vector<int64_t>{1});
  progress.started(1);
  CHECK(progress.startable().empty());
  CHECK(progress.ended(1).error().code() == ErrorCode::kIo);
  finish(plan, 1, kNothingWritten);
  REQUIRE(progress.ended(1).ok());
  CHECK_FALSE(progress.any_running());
  CHECK(progress.startable() == std::vector<int64_t>{2, 3});
  CHECK(progress.one_by_one().empty());
  progress.started(3);
  finish(plan, 3, {{"paths", {"a", "b", "c", "d"}}});
  REQUIRE(progress.ended(3).ok());
  CHECK(progress.startable() == std::vector<int64_t>{2, 4});
  CHECK(progress.one_by_one().find("wrote a, b, c and 1 more files") != std::string::npos);

  SUBCASE("and is remembered") {
    const PlanProgress again = PlanProgress::begin(plan).value();
    CHECK(again.is_done(3));
    CHECK(again.one_by_one() == progress.one_by_one());
  }
  SUBCASE("a first run at which nobody looked stands against it too") {
    finish(plan, 1);
    CHECK(PlanProgress::begin(plan).value().one_by_one().find("unknown") != std::string::npos);
  }
  SUBCASE("a record of another command is refused") {
    VerificationPlan changed = plan;
    changed.record.command = {"other"};
    CHECK(PlanProgress::begin(changed).error().code() == ErrorCode::kMismatch);
  }
}

TEST_CASE("files that changed below a folder") {
  const test::TemporaryFolder temporary;
  const auto write = [&](const std::string& path, const std::string& text) {
    REQUIRE(platform::make_folders((temporary / path).parent_path()).ok());
    REQUIRE(platform::write_file_atomically(temporary / path, text).ok());
  };
  const auto state = [&] { return FolderState::of(temporary.path(), temporary / "v").value(); };
  write("same", "1");
  write("deep/other", "1");
  const FolderState before = state();
  CHECK(state().changed_since(before).empty());
  write("deep/other", "22");
  write("new", "1");
  write("v/report.json", "1");
  write("deep/__pycache__/m.pyc", "1");
  write(".git/index", "1");
  CHECK(state().changed_since(before) == std::vector<std::string>{"deep/other", "new"});
  CHECK(FolderState::counts("deep/other"));
  CHECK_FALSE(FolderState::counts("deep/__pycache__/m.pyc"));
  CHECK_FALSE(FolderState::of(temporary / "nowhere", "").ok());
}

}  // namespace
}  // namespace ibid::verify
