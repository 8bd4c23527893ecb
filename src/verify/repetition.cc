#include "verify/repetition.h"

#include <algorithm>
#include <set>

#include "base/number_text.h"
#include "base/text.h"
#include "platform/signals.h"

namespace ibid::verify {
namespace {

std::set<std::string> paths_of(const Json& files, const char* other_role) {
  std::set<std::string> paths;
  for (const Json& file : files) {
    if (file.value("role", "") != other_role) paths.insert(file.value("path", ""));
  }
  return paths;
}

// A file that was there before and is read and written ("both") counts: a checkpoint to go on from.
std::vector<std::string> read_before(const std::set<std::string>& written, const Json& files) {
  std::vector<std::string> found;
  for (const std::string& path : paths_of(files, "written")) {
    if (written.contains(path)) found.push_back(path);
  }
  return found;
}

// How a run was executed, as its record tells.
struct Circumstances {
  std::optional<int64_t> visible_cores;  // records of `ibid run` do not tell
  bool alone = true;
};

Result<Circumstances> circumstances_of(const RunFolder& folder) {
  IBID_ASSIGN(const Json run, folder.read_json("run.json"));
  const Json execution = run.value("execution", Json());
  if (!execution.is_object()) return Circumstances{};
  Circumstances found;
  if (const auto cores = execution.find("visible_cores");
      cores != execution.end() && cores->is_number_integer())
    found.visible_cores = cores->get<int64_t>();
  found.alone = execution.value("jobs", Json()) == 1;
  return found;
}

// The last line of standard error: ": no module named 'x'"; empty if there is none.
std::string last_words(const platform::Path& record) {
  constexpr size_t kLongest = 200;
  const Result<std::string> text = platform::read_file(record / "stderr.txt");
  if (!text.ok()) return "";
  const std::string_view trimmed = trim(text.value());
  const std::string_view line = trimmed.substr(trimmed.rfind('\n') + 1);
  return line.empty() ? "" : " (" + std::string(line.substr(0, kLongest)) + ")";
}

class Comparer {
 public:
  Comparer(const VerificationPlan& plan, RunExecutor& executor, const VerificationListener& listener,
           std::vector<std::regex> noise)
      : plan_(plan), executor_(executor), listener_(listener), noise_(std::move(noise)) {}

  Result<VerificationResult> run() {
    VerificationResult result{{}, plan_.execution, 1, true, ""};
    for (const PlannedSetup& setup : plan_.setups) {
      if (listener_.on_setup) listener_.on_setup(setup);
      IBID_TRY(compare_setup(setup));
      result.setups.push_back(std::move(result_));
    }
    result.at_once = executor_.at_once();
    result.one_by_one = executor_.one_by_one();
    result.run_times_comparable = all_alone_;
    return result;
  }

 private:
  Result<void> compare_setup(const PlannedSetup& setup) {
    result_ = {setup.name, setup.enforcement, setup.judged, {}, {}, 1};
    IBID_TRY(take_first(setup.runs.front()));
    for (size_t i = 1; i < setup.runs.size(); ++i) IBID_TRY(compare(setup.runs[i]));
    return {};
  }

  Result<void> take_first(const PlannedRun& run) {
    result_.first = run.number == 0 ? *plan_.recorded : plan_.folder_of(run);
    if (run.number > 0) IBID_TRY(execute(run));
    IBID_ASSIGN(const RunFolder first, RunFolder::open(result_.first));
    IBID_ASSIGN(RunEvidence evidence, read_evidence(first));
    const std::string status = evidence.end.value("status", "");
    if (status != "complete") {
      return Error(ErrorCode::kUsage,
                   result_.first.string() + " has the status '" + status + "', not 'complete'",
                   "only a run that ended by itself can be compared; run it again");
    }
    IBID_TRY(check_success(evidence));
    written_ = paths_of(evidence.files, "read");
    IBID_ASSIGN(const Circumstances circumstances, circumstances_of(first));
    first_cores_ = circumstances.visible_cores;
    all_alone_ = all_alone_ && circumstances.alone;
    outcomes_.clear();
    outcomes_.push_back(std::move(evidence));
    return {};
  }

  // A program that fails does so again, and nothing would be shown.
  Result<void> check_success(const RunEvidence& evidence) const {
    const int64_t exit_status = evidence.end.value("exit_status", int64_t{0});
    if (exit_status == 0 || plan_.allow_failure) return {};
    return Error(ErrorCode::kUsage,
                 "the program failed with exit status " + number_text(exit_status) +
                     last_words(evidence.record) + ", so there is nothing to verify",
                 "see to it that it runs ('ibid run' shows what it prints), or compare failing runs with "
                 "--allow-failure");
  }

  // The number of the outcome that these are the evidence of: one that was seen before, or a new one.
  int64_t outcome_of(RunEvidence evidence, const RunComparison& with_first) {
    if (with_first.same() || with_first.without_evidence) return 1;
    for (size_t i = 1; i < outcomes_.size(); ++i) {
      if (compare_runs(outcomes_[i], evidence, noise_).same()) return static_cast<int64_t>(i) + 1;
    }
    outcomes_.push_back(std::move(evidence));
    return ++result_.n_outcomes;
  }

  Result<void> compare(const PlannedRun& run) {
    if (platform::stop_requested())
      return Error(ErrorCode::kInterrupted, "stopped before all runs were compared");
    Repetition repetition;
    repetition.name = run.name;
    repetition.variation = run.variation;
    repetition.skipped = run.variation.skipped;
    if (run.number > 0) {
      IBID_TRY(execute(run));
      repetition.folder = plan_.folder_of(run);
      IBID_ASSIGN(const RunFolder folder, RunFolder::open(repetition.folder));
      IBID_ASSIGN(repetition.skipped, why_nothing_was_varied(run.variation, folder));
    }
    if (repetition.skipped.empty()) {
      IBID_ASSIGN(const RunFolder folder, RunFolder::open(repetition.folder));
      IBID_ASSIGN(RunEvidence evidence, read_evidence(folder));
      IBID_ASSIGN(const Circumstances circumstances, circumstances_of(folder));
      const std::optional<int64_t> cores = circumstances.visible_cores;
      all_alone_ = all_alone_ && circumstances.alone;
      if (cores && first_cores_ && *cores != *first_cores_)
        repetition.other_cores = number_text(*cores) + " instead of " + number_text(*first_cores_);
      repetition.seconds = evidence.end.value("seconds", 0.0);
      repetition.read_before = read_before(written_, evidence.files);
      repetition.comparison = compare_runs(outcomes_.front(), evidence, noise_);
      repetition.outcome = outcome_of(std::move(evidence), *repetition.comparison);
    }
    if (listener_.on_run) listener_.on_run(repetition);
    result_.runs.push_back(std::move(repetition));
    return {};
  }

  Result<void> execute(const PlannedRun& run) {
    IBID_TRY(executor_.finish(run.number));
    if (!result_.enforcement.strict) return {};
    IBID_ASSIGN(const RunFolder folder, RunFolder::open(plan_.folder_of(run)));
    IBID_ASSIGN(const Json seen, folder.read_json("seen.json"));
    const Json not_enforced = seen.value("not_enforced", Json::array());
    if (!not_enforced.empty()) return strict_error(not_enforced);
    return {};
  }

  const VerificationPlan& plan_;
  RunExecutor& executor_;
  const VerificationListener& listener_;
  const std::vector<std::regex> noise_;
  SetupResult result_;                 // of the setup that is compared
  std::vector<RunEvidence> outcomes_;  // one of each distinct outcome of it
  std::set<std::string> written_;
  std::optional<int64_t> first_cores_;
  bool all_alone_ = true;
};

Json runs_json(const SetupResult& result) {
  Json runs = Json::array();
  for (const Repetition& run : result.runs) {
    Json json = {{"name", run.name}};
    if (!run.skipped.empty()) {
      json["skipped"] = run.skipped;
      if (!run.folder.empty()) json["folder"] = run.folder.string();
    } else {
      json["folder"] = run.folder.string();
      json["seconds"] = run.seconds;
      json["outcome"] = run.outcome;
      json["comparison"] = comparison_json(*run.comparison);
      if (!run.read_before.empty()) json["read_what_earlier_runs_wrote"] = run.read_before;
      if (!run.other_cores.empty()) json["saw_other_cores"] = run.other_cores;
    }
    runs.push_back(std::move(json));
  }
  return runs;
}

Json execution_json(const VerificationResult& result) {
  Json json = {{"executor", executor_name(result.execution.executor)}, {"jobs", result.execution.jobs}};
  if (result.at_once > 0) json["at_once"] = result.at_once;
  if (result.execution.visible_cores > 0) json["visible_cores"] = result.execution.visible_cores;
  if (!result.one_by_one.empty()) json["one_by_one"] = result.one_by_one;
  json["run_times_comparable"] = result.run_times_comparable;
  return json;
}

Json setup_json(const SetupResult& setup) {
  return {{"name", setup.name},
          {"enforcement", enforcement_json(setup.enforcement)},
          {"same", setup.same()},
          {"judged", setup.judged},
          {"distinct_outcomes", setup.n_outcomes},
          {"first", setup.first.string()},
          {"runs", runs_json(setup)}};
}

}  // namespace

bool VerificationResult::same() const {
  const bool any_judged =
      std::any_of(setups.begin(), setups.end(), [](const SetupResult& setup) { return setup.judged; });
  return std::all_of(setups.begin(), setups.end(),
                     [&](const SetupResult& setup) { return setup.same() || (any_judged && !setup.judged); });
}

bool SetupResult::same() const {
  return n_run() > 0 && std::all_of(runs.begin(), runs.end(), [](const Repetition& run) {
           return !run.comparison || run.comparison->same();
         });
}

int64_t SetupResult::n_run() const {
  return std::count_if(runs.begin(), runs.end(),
                       [](const Repetition& run) { return run.comparison.has_value(); });
}

Result<VerificationResult> execute_and_compare(const VerificationPlan& plan, RunExecutor& executor,
                                               const VerificationListener& listener) {
  IBID_ASSIGN(std::vector<std::regex> noise, noise_patterns(plan.ignore_output));
  return Comparer(plan, executor, listener, std::move(noise)).run();
}

Result<std::vector<std::regex>> noise_patterns(const std::vector<std::string>& texts) {
  std::vector<std::regex> patterns;
  for (const std::string& text : texts) {
    try {
      patterns.emplace_back(text);
    } catch (const std::regex_error& problem) {
      return Error(ErrorCode::kUsage,
                   "'--ignore-output " + text + "' is no regular expression: " + problem.what(),
                   "write for example --ignore-output 'took [0-9.]+ s'");
    }
  }
  return patterns;
}

Json verification_json(const VerificationResult& result) {
  Json json = {{"format", 1}, {"same", result.same()}, {"execution", execution_json(result)}};
  for (const SetupResult& setup : result.setups) {
    if (setup.name.empty()) {
      json["first"] = setup.first.string();
      json["runs"] = runs_json(setup);
    } else {
      json["setups"].push_back(setup_json(setup));
    }
  }
  return json;
}

}  // namespace ibid::verify
