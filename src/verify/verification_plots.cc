#include "verify/verification_plots.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "base/number_text.h"
#include "base/text.h"
#include "report/plot.h"
#include "verify/run_folder.h"

namespace ibid::verify {
namespace {

constexpr size_t kMostPlots = 6;

struct MetricPoint {
  std::string name, text;
  int64_t step = -1;
  std::optional<double> value;  // if it is a number
};

struct RunValues {
  std::string group, folder, status;
  double seconds = 0.0;
  std::vector<MetricPoint> metrics;
};

Result<std::vector<MetricPoint>> read_metrics(const RunFolder& folder) {
  std::vector<MetricPoint> points;
  if (!folder.has("metrics.jsonl")) return points;
  IBID_ASSIGN(const std::string content, platform::read_file(folder.file("metrics.jsonl")));
  for (const std::string& line : split(content, '\n')) {
    if (line.empty()) continue;
    IBID_ASSIGN(const Json metric, parse_json(line, folder.file("metrics.jsonl").string()));
    const Json value = metric.value("value", Json());
    MetricPoint point{.name = metric.value("name", ""),
                      .text = value.is_string() ? value.get<std::string>() : value.dump(),
                      .step = metric.value("step", int64_t{-1}),
                      .value = {}};
    point.value = value.is_number() ? std::optional(value.get<double>()) : parse_double(point.text);
    points.push_back(std::move(point));
  }
  return points;
}

Result<std::vector<RunValues>> read_runs(const std::vector<GroupedRun>& runs) {
  std::vector<RunValues> all;
  for (const GroupedRun& run : runs) {
    IBID_ASSIGN(const RunFolder folder, RunFolder::open(run.folder));
    IBID_ASSIGN(const Json end, folder.read_json("result.json"));
    RunValues values{.group = run.group,
                     .folder = run.folder.filename().string(),
                     .status = end.value("status", ""),
                     .seconds = end.value("seconds", 0.0),
                     .metrics = {}};
    IBID_ASSIGN(values.metrics, read_metrics(folder));
    all.push_back(std::move(values));
  }
  return all;
}

// Runs in groups, in order of their first.
template <typename Group, typename Add>
std::vector<Group> grouped(const std::vector<RunValues>& runs, const Add& add) {
  std::vector<Group> groups;
  for (const RunValues& run : runs) {
    const auto is_own = [&](const Group& group) { return group.name == run.group; };
    auto found = std::find_if(groups.begin(), groups.end(), is_own);
    if (found == groups.end()) found = groups.insert(groups.end(), Group{run.group, {}});
    add(*found, run);
  }
  return groups;
}

// The curve of a metric in a run. Where it has no steps of its own, its values are counted.
report::Curve curve_of(const RunValues& run, const std::string& metric) {
  report::Curve curve;
  for (const MetricPoint& point : run.metrics) {
    if (point.name != metric || !point.value) continue;
    const double x = point.step >= 0 ? static_cast<double>(point.step) : static_cast<double>(curve.size());
    curve.emplace_back(x, *point.value);
  }
  return curve;
}

std::set<std::string> metric_names(const std::vector<RunValues>& runs) {
  std::set<std::string> names;
  for (const RunValues& run : runs) {
    for (const MetricPoint& point : run.metrics) {
      if (point.value) names.insert(point.name);
    }
  }
  return names;
}

std::string file_name(const std::string& kind, const std::string& metric) {
  std::string name = kind + "-" + metric;
  std::replace_if(
      name.begin(), name.end(),
      [](char c) {
        return !((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.');
      },
      '-');
  return name;
}

std::vector<Plot> metric_plots(const std::vector<RunValues>& runs) {
  constexpr size_t kFewestSteps = 3;
  std::vector<Plot> bands, ends;
  for (const std::string& name : metric_names(runs)) {
    size_t n_steps = 0;
    std::set<double> last_values;
    const auto curves =
        grouped<report::CurveGroup>(runs, [&](report::CurveGroup& group, const RunValues& run) {
          group.curves.push_back(curve_of(run, name));
          n_steps = std::max(n_steps, group.curves.back().size());
        });
    const auto values =
        grouped<report::ValueGroup>(runs, [&](report::ValueGroup& group, const RunValues& run) {
          const report::Curve curve = curve_of(run, name);
          if (curve.empty() || !std::isfinite(curve.back().second)) return;
          group.values.push_back(curve.back().second);
          last_values.insert(curve.back().second);
        });
    if (n_steps >= kFewestSteps && bands.size() < kMostPlots)
      bands.push_back({file_name("metric", name), report::band_plot(name, "step", curves)});
    if (last_values.size() > 1 && ends.size() < kMostPlots)
      ends.push_back({file_name("last", name), report::distribution_plot(name + ", last value", values)});
  }
  bands.insert(bands.end(), ends.begin(), ends.end());
  return bands;
}

// As RFC 4180 has it: quotes around what would be read otherwise.
std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string row(const std::vector<std::string>& texts) {
  std::vector<std::string> cells;
  for (const std::string& text : texts) cells.push_back(cell(text));
  return join(cells, ",") + "\r\n";
}

}  // namespace

Result<std::vector<Plot>> verification_plots(const std::vector<GroupedRun>& runs) {
  constexpr size_t kFewestRuns = 3;
  IBID_ASSIGN(const std::vector<RunValues> values, read_runs(runs));
  std::vector<Plot> plots = metric_plots(values);
  const auto seconds = grouped<report::ValueGroup>(
      values, [](report::ValueGroup& group, const RunValues& run) { group.values.push_back(run.seconds); });
  if (values.size() >= kFewestRuns)
    plots.push_back({"run-time", report::distribution_plot("run time in seconds", seconds)});
  std::erase_if(plots, [](const Plot& plot) { return plot.svg.empty(); });
  return plots;
}

Result<std::string> runs_csv(const std::vector<GroupedRun>& runs) {
  IBID_ASSIGN(const std::vector<RunValues> values, read_runs(runs));
  std::string text = row({"group", "folder", "seconds", "status"});
  for (const RunValues& run : values)
    text += row({run.group, run.folder, number_text(run.seconds), run.status});
  return text;
}

Result<std::string> metrics_csv(const std::vector<GroupedRun>& runs) {
  IBID_ASSIGN(const std::vector<RunValues> values, read_runs(runs));
  std::string text = row({"group", "folder", "metric", "step", "value"});
  for (const RunValues& run : values) {
    for (const MetricPoint& point : run.metrics)
      text +=
          row({run.group, run.folder, point.name, point.step < 0 ? "" : number_text(point.step), point.text});
  }
  return text;
}

}  // namespace ibid::verify
