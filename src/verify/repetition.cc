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

std::string folder_name(size_t number, const std::string& name) {
  std::string text = (number < 10 ? "0" : "") + number_text(static_cast<int64_t>(number)) + "-" + name;
  std::replace_if(text.begin(), text.end(), [](char c) { return c == ' ' || c == '/' || c == '='; }, '-');
  return text;
}

class Repeater {
 public:
  Repeater(const RepetitionOptions& options, platform::Path folder)
      : options_(options), folder_(std::move(folder)), digest_every_(options.record.digest_every) {}

  Result<VerificationResult> run() {
    VerificationResult result;
    for (const Setup& setup : options_.setups) {
      if (options_.on_setup) options_.on_setup(setup);
      IBID_TRY(run_setup(setup));
      result.setups.push_back(std::move(result_));
    }
    return result;
  }

 private:
  Result<void> run_setup(const Setup& setup) {
    result_ = {setup.name, setup.enforcement, setup.judged, {}, {}, 1};
    IBID_TRY(run_first(setup));
    for (int64_t i = 2; i <= setup.repeats + 1; ++i)
      IBID_TRY(run_again({kAsItIs, number_text(i), {}, ""}, "as it is " + number_text(i)));
    for (const Variation& variation : setup.variations) IBID_TRY(run_again(variation, variation.name()));
    return {};
  }

  platform::Path next_folder(const std::string& name) {
    return folder_ / folder_name(++n_runs_, result_.name.empty() ? name : result_.name + " " + name);
  }

  Result<void> run_first(const Setup& setup) {
    if (options_.recorded && setup.name.empty()) {
      result_.first = *options_.recorded;
      ++n_runs_;
    } else {
      result_.first = next_folder(setup.first_name);
      // The source is the same for all; the first run of all keeps it.
      IBID_TRY(record(result_.first, {}, n_runs_ == 1));
    }
    IBID_ASSIGN(const RunFolder first, RunFolder::open(result_.first));
    IBID_ASSIGN(RunEvidence evidence, read_evidence(first));
    const std::string status = evidence.end.value("status", "");
    if (status != "complete") {
      return Error(ErrorCode::kUsage,
                   result_.first.string() + " has the status '" + status + "', not 'complete'",
                   "only a run that ended by itself can be compared; run it again");
    }
    written_ = paths_of(evidence.files, "read");
    if (first.has("seen.json")) {
      IBID_ASSIGN(const Json seen, first.read_json("seen.json"));
      digest_every_ = settled_cadence(digest_every_, seen);
    }
    outcomes_.clear();
    outcomes_.push_back(std::move(evidence));
    return {};
  }

  // The number of the outcome that these are the evidence of: one that was seen before, or a new one.
  int64_t outcome_of(RunEvidence evidence, const RunComparison& with_first) {
    if (with_first.same() || with_first.without_evidence) return 1;
    for (size_t i = 1; i < outcomes_.size(); ++i) {
      if (compare_runs(outcomes_[i], evidence, options_.noise).same()) return static_cast<int64_t>(i) + 1;
    }
    outcomes_.push_back(std::move(evidence));
    return ++result_.n_outcomes;
  }

  Result<void> run_again(const Variation& variation, const std::string& name) {
    IBID_TRY(platform::check_not_stopped());
    Repetition repetition;
    repetition.name = name;
    repetition.variation = variation;
    repetition.skipped = variation.skipped;
    if (repetition.skipped.empty()) {
      repetition.folder = next_folder(name);
      IBID_TRY(record(repetition.folder, variation, false));
      IBID_ASSIGN(const RunFolder folder, RunFolder::open(repetition.folder));
      IBID_ASSIGN(repetition.skipped, why_nothing_was_varied(variation, folder));
    }
    if (repetition.skipped.empty()) {
      IBID_ASSIGN(const RunFolder folder, RunFolder::open(repetition.folder));
      IBID_ASSIGN(RunEvidence evidence, read_evidence(folder));
      repetition.seconds = evidence.end.value("seconds", 0.0);
      repetition.read_before = read_before(written_, evidence.files);
      repetition.comparison = compare_runs(outcomes_.front(), evidence, options_.noise);
      repetition.outcome = outcome_of(std::move(evidence), *repetition.comparison);
    }
    if (options_.on_run) options_.on_run(repetition);
    result_.runs.push_back(std::move(repetition));
    return {};
  }

  Result<void> record(const platform::Path& path, const Variation& variation, bool source) {
    RecordOptions record = options_.record;
    record.source = source;
    record.enforcement = result_.enforcement;
    record.digest_every = digest_every_;
    IBID_ASSIGN(RunFolder folder, RunFolder::create(path));
    IBID_TRY(vary(record, variation, folder));
    IBID_ASSIGN(const RecordedRun run, record_run(record, folder));
    if (platform::stop_requested()) {
      return Error(ErrorCode::kInterrupted, "stopped before all repetitions had run",
                   "those that have are in " + path.parent_path().string());
    }
    if (record.enforcement.strict && !run.not_enforced.empty()) return strict_error(run.not_enforced);
    return {};
  }

  const RepetitionOptions& options_;
  platform::Path folder_;
  size_t n_runs_ = 0;
  std::string digest_every_;  // measured in the first run of all: the others have digests of the same steps
  SetupResult result_;        // of the setup that is running
  std::vector<RunEvidence> outcomes_;  // one of each distinct outcome of it
  std::set<std::string> written_;
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
    }
    runs.push_back(std::move(json));
  }
  return runs;
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

// Of runs that are meant to differ; the first variation is the run that the others are compared with.
Setup setup_of(const char* name, std::vector<Variation> variations, const Enforcement& own) {
  Setup setup{.name = name, .enforcement = own, .repeats = 0, .variations = {}, .judged = false};
  setup.first_name = variations.front().name();
  setup.variations.assign(variations.begin() + 1, variations.end());
  return setup;
}

}  // namespace

Result<std::vector<Setup>> named_setups(std::string_view comma_separated, const Enforcement& own) {
  std::vector<Setup> setups;
  for (const std::string& name : split(comma_separated, ',')) {
    const auto refuse = [&](const std::string& why) {
      return Error(ErrorCode::kUsage, "--setup has '" + name + "'" + why,
                   "choose from random, seeds, deterministic, separated by commas");
    };
    if (name != "random" && name != "seeds" && name != "deterministic") return refuse(", which is no setup");
    if (std::any_of(setups.begin(), setups.end(), [&](const Setup& other) { return other.name == name; }))
      return refuse(" twice");
    Setup setup{.name = name, .enforcement = {}, .repeats = 1, .variations = {}, .judged = name != "random"};
    if (name == "random") {
      setup.enforcement.own_seeds = OwnSeeds::kEntropy;
    } else {
      setup.enforcement = own;
      setup.enforcement.seed = own.seed.value_or(kDefaultSeed);
      setup.enforcement.deterministic = name == "deterministic";
      setup.enforcement.strict = own.strict && setup.enforcement.deterministic;
    }
    setups.push_back(std::move(setup));
  }
  return setups;
}

Setup seeds_setup(int64_t n, const Enforcement& own) {
  Setup setup = setup_of(kSeedsSetup, seed_variations(n), own);
  setup.enforcement.own_seeds = OwnSeeds::kReplaced;
  setup.enforcement.seed = seed_variations(1).front().seed;
  return setup;
}

Setup order_seeds_setup(int64_t n, const Enforcement& own) {
  Setup setup = setup_of(kOrderSeedsSetup, order_seed_variations(n), own);
  setup.enforcement.order_seed = order_seed_variations(1).front().order_seed;
  return setup;
}

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

Result<VerificationResult> repeat_and_compare(const RepetitionOptions& options,
                                              const platform::Path& folder) {
  return Repeater(options, folder).run();
}

Json verification_json(const VerificationResult& result) {
  Json json = {{"format", 1}, {"same", result.same()}};
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
