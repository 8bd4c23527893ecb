#include "verify/repetition.h"

#include <algorithm>
#include <set>

#include "base/number_text.h"
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
      : options_(options), folder_(std::move(folder)) {}

  Result<VerificationResult> run() {
    IBID_TRY(run_first());
    for (int64_t i = 0; i < options_.repeats; ++i)
      IBID_TRY(run_again({"as it is", number_text(i + 2), {}, ""}, "as it is " + number_text(i + 2)));
    for (const Variation& variation : options_.variations) IBID_TRY(run_again(variation, variation.name()));
    return std::move(result_);
  }

 private:
  Result<void> run_first() {
    if (options_.recorded) {
      result_.first = *options_.recorded;
    } else {
      result_.first = folder_ / folder_name(1, "as it is 1");
      IBID_TRY(record(result_.first, {}, true));
    }
    IBID_ASSIGN(const RunFolder first, RunFolder::open(result_.first));
    IBID_ASSIGN(evidence_, read_evidence(first));
    const std::string status = evidence_.end.value("status", "");
    if (status != "complete") {
      return Error(ErrorCode::kUsage,
                   result_.first.string() + " has the status '" + status + "', not 'complete'",
                   "only a run that ended by itself can be compared; run it again");
    }
    written_ = paths_of(evidence_.files, "read");
    return {};
  }

  Result<void> run_again(const Variation& variation, const std::string& name) {
    IBID_TRY(platform::check_not_stopped());
    Repetition repetition;
    repetition.name = name;
    repetition.skipped = variation.skipped;
    if (repetition.skipped.empty()) {
      repetition.folder = folder_ / folder_name(result_.runs.size() + 2, name);
      IBID_TRY(record(repetition.folder, variation.environment, false));
      IBID_ASSIGN(const RunFolder folder, RunFolder::open(repetition.folder));
      IBID_ASSIGN(const RunEvidence evidence, read_evidence(folder));
      repetition.seconds = evidence.end.value("seconds", 0.0);
      repetition.read_before = read_before(written_, evidence.files);
      repetition.comparison = compare_runs(evidence_, evidence, options_.noise);
    }
    if (options_.on_run) options_.on_run(repetition);
    result_.runs.push_back(std::move(repetition));
    return {};
  }

  // The source is the same for all; the first run keeps it.
  Result<void> record(const platform::Path& path,
                      const std::vector<std::pair<std::string, std::string>>& added, bool source) {
    RecordOptions record = options_.record;
    record.source = source;
    record.environment.insert(record.environment.end(), added.begin(), added.end());
    IBID_ASSIGN(RunFolder folder, RunFolder::create(path));
    IBID_ASSIGN(const RecordedRun run, record_run(record, folder));
    if (platform::stop_requested()) {
      return Error(ErrorCode::kInterrupted, "stopped before all repetitions had run",
                   "those that have are in " + path.parent_path().string());
    }
    static_cast<void>(run);
    return {};
  }

  const RepetitionOptions& options_;
  platform::Path folder_;
  RunEvidence evidence_;
  std::set<std::string> written_;
  VerificationResult result_;
};

Json comparison_json(const RunComparison& comparison) {
  Json json = {{"same", comparison.same()},
               {"same_end", comparison.same_end},
               {"compared_steps", comparison.digests.n_common_steps},
               {"compared_metrics", comparison.n_metrics},
               {"compared_files", comparison.n_files}};
  if (comparison.digests.first) {
    json["first_divergence"] = {{"step", comparison.digests.first->step},
                                {"tensors", comparison.digests.first->tensors}};
  }
  if (comparison.metric) {
    const MetricDifference& metric = *comparison.metric;
    json["first_metric"] = {{"name", metric.name}, {"step", metric.step}, {"a", metric.a}, {"b", metric.b}};
    if (metric.distance_ulp) json["first_metric"]["distance_ulp"] = *metric.distance_ulp;
    json["different_metrics"] = comparison.n_different_metrics;
  }
  if (!comparison.files.empty()) json["different_files"] = comparison.files;
  if (!comparison.file_differences.empty())
    json["file_differences"] = file_differences_json(comparison.file_differences);
  if (comparison.output_line) {
    json["first_output_line"] = {
        {"line", *comparison.output_line}, {"a", comparison.output_a}, {"b", comparison.output_b}};
  }
  if (comparison.without_evidence) json["without_evidence"] = true;
  return json;
}

}  // namespace

bool VerificationResult::same() const {
  return n_run() > 0 && std::all_of(runs.begin(), runs.end(), [](const Repetition& run) {
           return !run.comparison || run.comparison->same();
         });
}

int64_t VerificationResult::n_run() const {
  return std::count_if(runs.begin(), runs.end(),
                       [](const Repetition& run) { return run.comparison.has_value(); });
}

Result<VerificationResult> repeat_and_compare(const RepetitionOptions& options,
                                              const platform::Path& folder) {
  return Repeater(options, folder).run();
}

Json verification_json(const VerificationResult& result) {
  Json runs = Json::array();
  for (const Repetition& run : result.runs) {
    Json json = {{"name", run.name}};
    if (!run.skipped.empty()) {
      json["skipped"] = run.skipped;
    } else {
      json["folder"] = run.folder.string();
      json["seconds"] = run.seconds;
      json["comparison"] = comparison_json(*run.comparison);
      if (!run.read_before.empty()) json["read_what_earlier_runs_wrote"] = run.read_before;
    }
    runs.push_back(std::move(json));
  }
  return {
      {"format", 1}, {"same", result.same()}, {"first", result.first.string()}, {"runs", std::move(runs)}};
}

}  // namespace ibid::verify
