#include "verify/operation_search.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/number_text.h"
#include "compare/file_comparison.h"
#include "platform/signals.h"

namespace ibid::verify {
namespace {

constexpr int kMostAttempts = 3;                    // at what may not happen every time
constexpr size_t kMostClocks = 8;                   // that are told as perhaps the reason
constexpr int64_t kKeptBytes = int64_t{512} << 20;  // of outputs, until it is known which ones matter
constexpr int64_t kMostDigestedSteps = 4096;        // digests of all of them still cost less than the runs

struct Pair {
  platform::Path a, b;
};

// What the repetitions look at.
struct Look {
  int64_t first_digest = 0;  // from this step on every step has a digest
  std::optional<int64_t> last =
      {};  // up to this one, after which the program ends; nothing: it runs to its end
  std::optional<int64_t> operations = {};  // the step whose operations are written down
  bool all_operations = false;
  std::string hash_seed = {};  // PYTHONHASHSEED of both; empty: as it is
};

// How the kept outputs of a computation differ; null: it is none, or has no tensors.
Json output_difference(const OperationDivergence& divergence) {
  const auto is_tensor = [](const OperationValue& value) { return !value.type.empty(); };
  const bool has_tensors = std::any_of(divergence.a.outputs.begin(), divergence.a.outputs.end(), is_tensor);
  if (divergence.cause != OperationCause::kComputation || !has_tensors) return {};
  if (!divergence.a.has_kept() || !divergence.b || !divergence.b->has_kept())
    return {{"unknown", "the outputs were not kept, or were larger than what is kept of a step"}};
  const Result<compare::FileComparison> comparison =
      compare::compare_files(divergence.a.kept, divergence.b->kept, "outputs.pt");
  return comparison.ok() ? compare::comparison_json(comparison.value())
                         : Json{{"unknown", comparison.error().message()}};
}

class Searcher {
 public:
  explicit Searcher(const OperationSearch& search) : search_(search) {}

  Result<OperationFinding> run() {
    IBID_TRY(search());
    IBID_TRY(ask_hash_seed());
    return std::move(finding_);
  }

 private:
  Result<void> search() {
    if (!search_.first_other_step) return look_at_all();
    int64_t step = *search_.first_other_step;
    if (step - *search_.last_same_step > 1) {
      IBID_ASSIGN(step, nearest_step(*search_.last_same_step + 1, step));
    }
    for (int attempt = 1; attempt <= kMostAttempts; ++attempt) {
      IBID_ASSIGN(const std::optional<int64_t> earlier, look_at_step(step));
      if (finding_.divergence) return {};
      if (earlier) step = *earlier;
    }
    finding_.why_not_found = "it did not show again while operations were watched, in " +
                             number_text(finding_.n_runs) + " repetitions";
    return {};
  }

  // Where repetitions differ by what no operation explains, it may be the order of sets: then they agree with
  // one PYTHONHASHSEED.
  Result<void> ask_hash_seed() {
    const bool unexplained = !finding_.divergence || finding_.divergence->cause == OperationCause::kInput ||
                             finding_.divergence->cause == OperationCause::kPath;
    if (!unexplained || search_.b.factor != kAsItIs || !is_watched_) return {};
    Look look{.last = finding_.step,
              .operations = finding_.step,
              .all_operations = !finding_.step,
              .hash_seed = "0"};
    IBID_ASSIGN(const Pair pair, run_both(look));
    IBID_ASSIGN(const std::optional<StepRange> steps, steps_of(pair));
    IBID_ASSIGN(const std::vector<OperationLog> a, read_operation_logs(pair.a / "operations"));
    IBID_ASSIGN(const std::vector<OperationLog> b, read_operation_logs(pair.b / "operations"));
    IBID_TRY(drop_outputs(pair, {}));
    if (steps || first_difference(a, b) || !same_output(pair)) return {};
    finding_.explanation = explain_hash_order();
    finding_.clocks.clear();
    return {};
  }

  // What they print decides only where nothing else could be compared.
  bool same_output(const Pair& pair) const {
    if (finding_.step) return true;
    const Result<std::string> a = platform::read_file(pair.a / "stdout.txt");
    const Result<std::string> b = platform::read_file(pair.b / "stdout.txt");
    return a.ok() && b.ok() && a.value() == b.value();
  }

  // The first step of a range that differs when all have digests. The last, if none does this time.
  Result<int64_t> nearest_step(int64_t first, int64_t last) {
    IBID_ASSIGN(const Pair pair, run_both({.first_digest = first, .last = last}));
    IBID_ASSIGN(const std::optional<StepRange> range, steps_of(pair));
    return range ? range->first_other : last;
  }

  // Looks for the first operation in a step. Gives an earlier step, if this time the runs part there already.
  Result<std::optional<int64_t>> look_at_step(int64_t step) {
    const int64_t first = std::max<int64_t>(0, step - kMostDigestedSteps);
    IBID_ASSIGN(const Pair pair, run_both({.first_digest = first, .last = step, .operations = step}));
    finding_.step = step;
    IBID_ASSIGN(const std::optional<StepRange> range, steps_of(pair));
    if (range && range->first_other < step) {
      IBID_TRY(drop_outputs(pair, {}));
      return std::optional(range->first_other);
    }
    IBID_TRY(compare_operations(pair));
    return std::optional<int64_t>();
  }

  Result<void> look_at_all() {
    for (int attempt = 1; attempt <= kMostAttempts && !finding_.divergence; ++attempt) {
      IBID_ASSIGN(const Pair pair, run_both({.all_operations = true}));
      IBID_TRY(compare_operations(pair));
      if (finding_.n_runs == 2 && !is_watched_) {
        finding_.why_not_found = "nothing inside the program is watched: no Python process loaded the hook";
        return {};
      }
    }
    if (!finding_.divergence)
      finding_.why_not_found =
          "no operation of a framework and no value from outside that is watched differs";
    return {};
  }

  Result<void> compare_operations(const Pair& pair) {
    IBID_ASSIGN(const std::vector<OperationLog> a, read_operation_logs(pair.a / "operations"));
    IBID_ASSIGN(const std::vector<OperationLog> b, read_operation_logs(pair.b / "operations"));
    IBID_ASSIGN(const RunFolder folder, RunFolder::open(pair.a));
    IBID_ASSIGN(const Json seen, folder.read_json("seen.json"));
    is_watched_ = !seen.value("processes", Json::array()).empty();
    finding_.divergence = first_difference(a, b);
    if (!finding_.divergence && finding_.clocks.empty())
      finding_.clocks = different_clocks(a, b, kMostClocks);
    if (!finding_.divergence) return drop_outputs(pair, {});
    finding_.record_a = pair.a;
    finding_.record_b = pair.b;
    finding_.explanation = explain(*finding_.divergence, search_.b.factor == kAsItIs ? "" : search_.b.factor);
    finding_.difference = output_difference(*finding_.divergence);
    return drop_outputs(pair, finding_.divergence);
  }

  // Outputs are kept until it is known which operation matters.
  Result<void> drop_outputs(const Pair& pair, const std::optional<OperationDivergence>& but) {
    for (const platform::Path& record : {pair.a, pair.b}) {
      const platform::Path folder = record / "operations";
      if (!platform::is_folder(folder)) continue;
      IBID_ASSIGN(const std::vector<platform::Path> paths, platform::list_sorted(folder));
      for (const platform::Path& path : paths) {
        const bool stays = but && (path == but->a.kept || (but->b && path == but->b->kept));
        std::error_code ignored;  // a copy too many does no harm
        if (path.extension() == ".out" && !stays) std::filesystem::remove(path, ignored);
      }
    }
    return {};
  }

  Result<std::optional<StepRange>> steps_of(const Pair& pair) {
    IBID_ASSIGN(const RunFolder folder_a, RunFolder::open(pair.a));
    IBID_ASSIGN(const RunEvidence a, read_evidence(folder_a));
    IBID_ASSIGN(const RunFolder folder_b, RunFolder::open(pair.b));
    IBID_ASSIGN(const RunEvidence b, read_evidence(folder_b));
    return diverging_steps(a.digests, b.digests);
  }

  Result<Pair> run_both(const Look& look) {
    ++n_pairs_;
    Pair pair{search_.folder / ("a-" + number_text(n_pairs_)),
              search_.folder / ("b-" + number_text(n_pairs_))};
    IBID_TRY(run_one(search_.a, pair.a, look));
    IBID_TRY(run_one(search_.b, pair.b, look));
    return pair;
  }

  Result<void> run_one(const Variation& variation, const platform::Path& path, const Look& look) {
    RecordOptions record = search_.record;
    IBID_ASSIGN(RunFolder folder, RunFolder::create(path));
    IBID_TRY(vary(record, variation, folder));
    record.source = false;
    record.keep.file_bytes = 0;
    record.on_output = nullptr;
    const auto set = [&](const char* name, const std::string& value) {
      record.environment.emplace_back(name, value);
    };
    if (look.last) {
      set("IBID_HOOK_DIGEST_STEPS", number_text(look.first_digest) + "-" + number_text(*look.last));
      set("IBID_HOOK_STOP_AFTER", number_text(*look.last));
    }
    if (look.operations)
      set("IBID_HOOK_OPERATIONS", number_text(*look.operations) + "-" + number_text(*look.operations));
    if (!look.hash_seed.empty()) set("PYTHONHASHSEED", look.hash_seed);
    if (look.all_operations) set("IBID_HOOK_OPERATIONS", "0-");
    if (look.operations || look.all_operations) set("IBID_HOOK_OPERATIONS_KEEP", number_text(kKeptBytes));
    IBID_TRY(record_run(record, folder));
    ++finding_.n_runs;
    return platform::check_not_stopped();
  }

  const OperationSearch& search_;
  OperationFinding finding_;
  int64_t n_pairs_ = 0;
  bool is_watched_ = false;
};

Json operation_json(const Operation& operation) {
  Json json = {{"op", operation.op}, {"at", operation.at}, {"code", operation.code}};
  const auto add = [&](const char* name, const std::string& text) {
    if (!text.empty()) json[name] = text;
  };
  add("module", operation.module);
  add("forward_at", operation.forward_at);
  add("forward_code", operation.forward_code);
  if (operation.backward) json["backward"] = true;
  if (!operation.arguments.empty()) json["arguments"] = operation.arguments;
  for (const auto& [name, values] :
       {std::pair("inputs", &operation.inputs), std::pair("outputs", &operation.outputs)}) {
    json[name] = Json::array();
    for (const OperationValue& value : *values) json[name].push_back(value.text());
  }
  return json;
}

}  // namespace

Result<std::optional<OperationFinding>> compare_recorded_operations(const platform::Path& a,
                                                                    const platform::Path& b) {
  IBID_ASSIGN(const std::vector<OperationLog> logs_a, read_operation_logs(a / "operations"));
  IBID_ASSIGN(const std::vector<OperationLog> logs_b, read_operation_logs(b / "operations"));
  if (logs_a.empty() || logs_b.empty()) return std::optional<OperationFinding>();
  OperationFinding finding;
  finding.record_a = a;
  finding.record_b = b;
  finding.divergence = first_difference(logs_a, logs_b);
  finding.why_not_found = "all operations that both records have agree";
  if (finding.divergence) {
    finding.step = finding.divergence->a.step;
    finding.explanation = explain(*finding.divergence, "");
    finding.difference = output_difference(*finding.divergence);
  }
  return std::optional(std::move(finding));
}

Result<OperationFinding> find_operation(const OperationSearch& search) { return Searcher(search).run(); }

Json finding_json(const OperationFinding& finding) {
  Json json = {{"found", finding.divergence.has_value()}, {"repetitions", finding.n_runs}};
  if (finding.step) json["step"] = *finding.step;
  if (!finding.divergence) {
    json["why_not_found"] = finding.why_not_found;
    if (!finding.explanation.why.empty()) json["why"] = finding.explanation.why;
    if (!finding.explanation.remedy.empty()) json["remedy"] = finding.explanation.remedy;
    json["catalogue"] = finding.explanation.facts;
    if (!finding.clocks.empty()) json["clocks"] = Json::array();
    for (const Operation& clock : finding.clocks) json["clocks"].push_back(operation_json(clock));
    return json;
  }
  const OperationDivergence& divergence = *finding.divergence;
  json["cause"] = cause_name(divergence.cause);
  if (!divergence.what.empty()) json["differs"] = divergence.what;
  json["operations_before"] = divergence.n_same_before;
  json["operation"] = operation_json(divergence.a);
  if (divergence.b) json["other"] = operation_json(*divergence.b);
  if (!finding.difference.is_null()) json["difference"] = finding.difference;
  json["why"] = finding.explanation.why;
  if (!finding.explanation.remedy.empty()) json["remedy"] = finding.explanation.remedy;
  json["catalogue"] = finding.explanation.facts;
  json["records"] = {finding.record_a.string(), finding.record_b.string()};
  return json;
}

std::optional<StepRange> diverging_steps(const std::vector<ProcessDigests>& a,
                                         const std::vector<ProcessDigests>& b) {
  for (const ProcessDigests& process : a) {
    const auto other = std::find_if(b.begin(), b.end(), [&](const ProcessDigests& candidate) {
      return candidate.rank == process.rank && candidate.number == process.number;
    });
    if (other == b.end()) continue;
    const LogComparison comparison = compare_logs(process.log, other->log);
    if (!comparison.first) continue;
    StepRange range{-1, comparison.first->step};
    for (const DigestEntry& entry : process.log) {
      if (entry.step < range.first_other) range.last_same = entry.step;
    }
    return range;
  }
  return std::nullopt;
}

}  // namespace ibid::verify
