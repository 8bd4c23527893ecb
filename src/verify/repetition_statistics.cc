#include "verify/repetition_statistics.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/number_text.h"
#include "base/text.h"
#include "verify/group_tests.h"
#include "verify/statistics.h"

namespace ibid::verify {
namespace {

// Names with their values, in the order in which they came first.
class Groups {
 public:
  void add(const std::string& name, double value) {
    const auto [place, is_new] = places_.emplace(name, groups_.size());
    if (is_new) groups_.push_back({name, {}});
    groups_[place->second].second.push_back(value);
  }
  const std::vector<std::pair<std::string, Values>>& all() const { return groups_; }

  Json json() const {
    Json list = Json::array();
    for (const auto& [name, values] : groups_) {
      Json group = {{"group", name}};
      group.update(sample_json(values));
      list.push_back(std::move(group));
    }
    return list;
  }

 private:
  std::map<std::string, size_t> places_;
  std::vector<std::pair<std::string, Values>> groups_;
};

// "threads=2" belongs to "threads".
std::string group_of(const std::string& run_name) {
  return run_name.starts_with(kAsItIs) ? kAsItIs : run_name.substr(0, run_name.find('='));
}

// Run times of each group against those of the first, corrected for there being several.
Json time_tests(const Groups& seconds) {
  Json tests = Json::array();
  if (seconds.all().empty()) return tests;
  const auto& [base_name, base] = seconds.all().front();
  Values p;
  for (const auto& [name, values] : seconds.all()) {
    const auto welch = welch_test(values, base);
    if (name == base_name || !welch) continue;
    const PermutationTest permutation = *permutation_test(values, base);
    tests.push_back({{"group", name},
                     {"difference_of_means", permutation.difference},
                     {"welch_t", welch->t},
                     {"degrees_of_freedom", welch->degrees},
                     {"welch_p", welch->p},
                     {"permutation_p", permutation.p},
                     {"permutations", permutation.n_assignments},
                     {"exact", permutation.exact},
                     {"hedges_g", *hedges_g(values, base)}});
    p.push_back(permutation.p);
  }
  const Values adjusted = holm_adjusted(p);
  for (size_t i = 0; i < adjusted.size(); ++i) tests[i]["permutation_p_holm"] = adjusted[i];
  return tests;
}

class Gatherer {
 public:
  Result<void> add(const std::string& group, const platform::Path& path) {
    IBID_ASSIGN(const RunFolder folder, RunFolder::open(path));
    IBID_ASSIGN(const Json end, folder.read_json("result.json"));
    seconds_.add(group, end.value("seconds", 0.0));
    IBID_ASSIGN(const auto metrics, last_metrics(folder));
    for (const auto& [name, value] : metrics) metrics_[name].add(group, value);
    return {};
  }

  Json json() const {
    Json metrics = Json::array();
    for (const auto& [name, groups] : metrics_)
      metrics.push_back({{"name", name}, {"groups", groups.json()}});
    return {{"run_seconds", seconds_.json()},
            {"run_seconds_tests", time_tests(seconds_)},
            {"last_metrics", std::move(metrics)}};
  }

 private:
  Groups seconds_;
  std::map<std::string, Groups> metrics_;
};

}  // namespace

Result<std::map<std::string, double>> last_metrics(const RunFolder& folder) {
  std::map<std::string, double> last;
  if (!folder.has("metrics.jsonl")) return last;
  IBID_ASSIGN(const std::string content, platform::read_file(folder.file("metrics.jsonl")));
  for (const std::string& line : split(content, '\n')) {
    if (line.empty()) continue;
    IBID_ASSIGN(const Json metric, parse_json(line, folder.file("metrics.jsonl").string()));
    const Json value = metric.value("value", Json());
    const auto number = value.is_number()   ? std::optional(value.get<double>())
                        : value.is_string() ? parse_double(value.get<std::string>())
                                            : std::nullopt;
    if (number) last[metric.value("name", "")] = *number;
  }
  return last;
}

std::vector<GroupedRun> grouped_runs(const VerificationResult& result) {
  std::vector<GroupedRun> grouped;
  for (const SetupResult& setup : result.setups) {
    const bool only_seeds = setup.name == kSeedsSetup || setup.name == kOrderSeedsSetup;
    const std::string prefix = setup.name.empty() || only_seeds ? "" : setup.name + ", ";
    const auto add = [&](const std::string& group, const platform::Path& folder) {
      grouped.push_back({only_seeds ? setup.name : prefix + group, folder});
    };
    add(kAsItIs, setup.first);
    for (const Repetition& run : setup.runs) {
      if (run.skipped.empty()) add(group_of(run.name), run.folder);
    }
  }
  return grouped;
}

Result<Json> repetition_statistics(const std::vector<GroupedRun>& runs) {
  Gatherer gatherer;
  for (const GroupedRun& run : runs) IBID_TRY(gatherer.add(run.group, run.folder));
  return gatherer.json();
}

}  // namespace ibid::verify
