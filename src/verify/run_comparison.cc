#include "verify/run_comparison.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <tuple>

#include "base/number_text.h"
#include "base/text.h"
#include "verify/kept_files.h"

namespace ibid::verify {
namespace {

Result<std::vector<Json>> read_lines(const RunFolder& folder, const std::string& name) {
  std::vector<Json> values;
  if (!folder.has(name)) return values;
  IBID_ASSIGN(const std::string content, platform::read_file(folder.file(name)));
  for (const std::string& line : split(content, '\n')) {
    if (line.empty()) continue;
    IBID_ASSIGN(Json value, parse_json(line, folder.file(name).string()));
    values.push_back(std::move(value));
  }
  return values;
}

// Distance of two numbers on the line of all binary64 values.
std::optional<uint64_t> distance_ulp(const std::string& a, const std::string& b) {
  const auto x = parse_double(a), y = parse_double(b);
  if (!x || !y || std::isnan(*x) || std::isnan(*y)) return std::nullopt;
  const auto place = [](double value) {
    const auto bits = std::bit_cast<int64_t>(value);
    return bits < 0 ? std::bit_cast<uint64_t>(INT64_MIN - bits) : std::bit_cast<uint64_t>(bits);
  };
  const auto p = std::bit_cast<int64_t>(place(*x)), q = std::bit_cast<int64_t>(place(*y));
  return p > q ? std::bit_cast<uint64_t>(p) - std::bit_cast<uint64_t>(q)
               : std::bit_cast<uint64_t>(q) - std::bit_cast<uint64_t>(p);
}

// A metric, its step, and how often that pair came before.
using MetricKey = std::tuple<std::string, int64_t, int64_t>;

std::string value_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::map<MetricKey, std::string> metric_values(const std::vector<Json>& metrics,
                                               std::vector<MetricKey>& order) {
  std::map<MetricKey, std::string> values;
  for (const Json& metric : metrics) {
    MetricKey key{metric.value("name", ""), metric.value("step", int64_t{-1}), 0};
    while (values.contains(key)) ++std::get<2>(key);
    values[key] = value_text(metric.value("value", Json()));
    order.push_back(key);
  }
  return values;
}

void compare_metrics(const RunEvidence& a, const RunEvidence& b, RunComparison& result) {
  std::vector<MetricKey> order, order_b;
  const auto values_a = metric_values(a.metrics, order), values_b = metric_values(b.metrics, order_b);
  for (const MetricKey& key : order_b) {
    if (!values_a.contains(key)) order.push_back(key);
  }
  result.n_metrics = static_cast<int64_t>(order.size());
  for (const MetricKey& key : order) {
    const auto in_a = values_a.find(key), in_b = values_b.find(key);
    const std::string x = in_a == values_a.end() ? "absent" : in_a->second;
    const std::string y = in_b == values_b.end() ? "absent" : in_b->second;
    if (x == y) continue;
    ++result.n_different_metrics;
    if (!result.metric) result.metric = {std::get<0>(key), std::get<1>(key), x, y, distance_ulp(x, y)};
  }
}

struct WrittenFile {
  std::string sha256;
  std::string why_not_kept;  // empty: a copy is in the record
};

std::string why_not_kept(const Json& file) {
  return file.value("kept", false)
             ? ""
             : file.value("not_kept", "the record was made by an ibid that kept no files");
}

// Files that a run wrote below its folder and that were there at its end. Elsewhere are temporary files,
// whose names are drawn by lot.
std::map<std::string, WrittenFile> written_files(const RunEvidence& run) {
  std::map<std::string, WrittenFile> files;
  const std::string folder = run.folder + "/";
  for (const Json& file : run.files) {
    const std::string path = file.value("path", "");
    if (file.value("role", "") != "read" && path.starts_with(folder) && file.contains("sha256"))
      files[path.substr(folder.size())] = {file["sha256"].get<std::string>(), why_not_kept(file)};
  }
  return files;
}

FileDifference explain(const std::string& path, const platform::Path& copy_a, const platform::Path& copy_b) {
  FileDifference difference{path, std::nullopt, ""};
  Result<compare::FileComparison> comparison = compare::compare_files(copy_a, copy_b, path);
  if (comparison.ok())
    difference.comparison = std::move(comparison).value();
  else
    difference.why_not_compared = comparison.error().message();
  return difference;
}

void compare_files(const RunEvidence& a, const RunEvidence& b, RunComparison& result) {
  const auto in_a = written_files(a), in_b = written_files(b);
  for (const auto& [path, file] : in_a) {
    const auto found = in_b.find(path);
    if (found == in_b.end()) {
      result.files.push_back(path);
      continue;
    }
    const WrittenFile& other = found->second;
    ++result.n_files;
    if (other.sha256 == file.sha256) continue;
    const std::string& why_not = file.why_not_kept.empty() ? other.why_not_kept : file.why_not_kept;
    result.file_differences.push_back(
        why_not.empty() ? explain(path, kept_file(a.record, file.sha256), kept_file(b.record, other.sha256))
                        : FileDifference{path, std::nullopt, why_not});
    if (!result.file_differences.back().same()) result.files.push_back(path);
  }
  for (const auto& [path, file] : in_b) {
    if (!in_a.contains(path)) result.files.push_back(path);
  }
}

void compare_output(const RunEvidence& a, const RunEvidence& b, const std::vector<std::regex>& noise,
                    RunComparison& result) {
  const std::vector<std::string> lines_a = split(a.output, '\n'), lines_b = split(b.output, '\n');
  const auto quiet = [&](std::string line) {
    for (const std::regex& pattern : noise) line = std::regex_replace(line, pattern, "");
    return line;
  };
  for (size_t i = 0; i < std::max(lines_a.size(), lines_b.size()); ++i) {
    const std::string x = i < lines_a.size() ? lines_a[i] : "(no line)";
    const std::string y = i < lines_b.size() ? lines_b[i] : "(no line)";
    if (x == y || quiet(x) == quiet(y)) continue;
    result.output_line = static_cast<int64_t>(i) + 1;
    result.output_a = x;
    result.output_b = y;
    return;
  }
}

void compare_digests(const RunEvidence& a, const RunEvidence& b, RunComparison& result) {
  for (size_t i = 0; i < std::min(a.digests.size(), b.digests.size()); ++i) {
    const LogComparison one = compare_logs(a.digests[i], b.digests[i]);
    result.digests.n_common_steps += one.n_common_steps;
    if (one.first && !result.digests.first) result.digests.first = one.first;
    if (a.digests[i].size() != b.digests[i].size() && !result.digests.first) {
      const DigestLog& longer = a.digests[i].size() > b.digests[i].size() ? a.digests[i] : b.digests[i];
      result.digests.first = Divergence{longer[std::min(a.digests[i].size(), b.digests[i].size())].step, {}};
    }
  }
  if (a.digests.size() != b.digests.size() && !result.digests.first) result.digests.first = Divergence{};
}

}  // namespace

Result<RunEvidence> read_evidence(const RunFolder& folder) {
  RunEvidence run;
  run.record = folder.path();
  IBID_ASSIGN(const Json description, folder.read_json("run.json"));
  run.folder = description.value("folder", "");
  IBID_ASSIGN(run.end, folder.read_json("result.json"));
  IBID_ASSIGN(run.output, platform::read_file(folder.file("stdout.txt")));
  IBID_ASSIGN(run.metrics, read_lines(folder, "metrics.jsonl"));
  IBID_ASSIGN(run.files, folder.read_json("files.json"));
  for (int i = 1;; ++i) {
    const std::string name = i == 1 ? "digests.jsonl" : "digests-" + number_text(i) + ".jsonl";
    if (!folder.has(name)) break;
    IBID_ASSIGN(DigestLog log, folder.read_digests(name));
    run.digests.push_back(std::move(log));
  }
  return run;
}

Json file_differences_json(const std::vector<FileDifference>& differences) {
  Json list = Json::array();
  for (const FileDifference& difference : differences) {
    Json json = {{"path", difference.path}};
    if (difference.comparison)
      json["comparison"] = compare::comparison_json(*difference.comparison);
    else
      json["why_not_compared"] = difference.why_not_compared;
    list.push_back(std::move(json));
  }
  return list;
}

RunComparison compare_runs(const RunEvidence& a, const RunEvidence& b, const std::vector<std::regex>& noise) {
  RunComparison result;
  const auto at_end = [](const RunEvidence& run, const char* name) { return run.end.value(name, Json()); };
  for (const char* name : {"status", "exit_status", "signal"})
    result.same_end = result.same_end && at_end(a, name) == at_end(b, name);
  compare_digests(a, b, result);
  compare_metrics(a, b, result);
  compare_files(a, b, result);
  compare_output(a, b, noise, result);
  result.without_evidence =
      a.digests.empty() && a.metrics.empty() && written_files(a).empty() && a.output.empty();
  return result;
}

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

}  // namespace ibid::verify
