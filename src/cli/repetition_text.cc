#include "cli/repetition_text.h"

#include <algorithm>
#include <map>
#include <vector>

#include "base/number_text.h"
#include "base/text.h"

namespace ibid::cli {
namespace {

// "0.25 to 0.5 in 4 runs, mean 0.3, SD 0.1"
std::string sample_text(const Json& group, int decimals) {
  const auto text = [&](const char* name) { return fixed_text(group[name].get<double>(), decimals); };
  std::string sample = text("least") + " to " + text("largest") + " in " +
                       number_text(group["n"].get<int64_t>()) + " runs, mean " + text("mean");
  if (group.contains("standard_deviation")) sample += ", SD " + text("standard_deviation");
  return sample;
}

}  // namespace

std::string files_text(const verify::RunComparison& comparison) {
  constexpr size_t kMostLines = 10;
  std::vector<std::string> lines, harmless;
  std::map<std::string, const verify::FileDifference*> explained;
  for (const verify::FileDifference& file : comparison.file_differences) {
    explained[file.path] = &file;
    if (file.same())
      harmless.push_back(file.path + ": other bytes, same meaning: " + file.comparison->summary);
  }
  for (const std::string& path : comparison.files) {
    const auto found = explained.find(path);
    if (found == explained.end())
      lines.push_back(path + ": only one of the runs wrote it");
    else if (found->second->comparison)
      lines.push_back(path + ": " + found->second->comparison->summary);
    else
      lines.push_back(path + ": differs; no copy to compare: " + found->second->why_not_compared);
  }
  lines.insert(lines.end(), harmless.begin(), harmless.end());
  std::string text;
  for (size_t i = 0; i < std::min(lines.size(), kMostLines); ++i) text += "    " + lines[i] + "\n";
  if (lines.size() > kMostLines)
    text += "    and " + number_text(static_cast<int64_t>(lines.size() - kMostLines)) + " more files\n";
  return text;
}

namespace {

std::string percent(const Json& share) { return fixed_text(100.0 * share.get<double>(), 2) + "%"; }

// "accuracy: of the variance 80.10% seed, 3.00% threads, 16.90% rest (10 x 2 runs)"
std::string variance_text(const Json& metrics) {
  std::string text;
  for (const Json& metric : metrics) {
    std::vector<std::string> parts;
    for (const Json& part : metric["components"])
      parts.push_back(percent(part["share"]) + " " + part["source"].get<std::string>());
    text += metric["name"].get<std::string>() + ": of the variance " + join(parts, ", ") + " (" +
            metric["levels"][0].dump() + " x " + metric["levels"][1].dump() + " runs)\n";
  }
  return text;
}

std::string predictions_text(const Json& groups) {
  std::string text;
  for (const Json& group : groups) {
    text += "predictions, " + group["group"].get<std::string>() + ": ";
    if (group.contains("unknown")) {
      text += group["unknown"].get<std::string>() + "\n";
      continue;
    }
    const std::string samples = number_text(group["samples"].get<int64_t>()) + " samples";
    if (group.contains("churn"))
      text +=
          "two runs differ on " + percent(group["churn"]) + " of " + samples + "; not the same in all runs: ";
    else
      text += "runs differ by " + number_text(group["mean_range"].get<double>()) + " on average over " +
              samples + ", by at most " + number_text(group["largest_range"].get<double>()) +
              "; not the same in all runs: ";
    text += percent(group["unstable"]) + "\n";
  }
  return text;
}

}  // namespace

std::string statistics_text(const Json& statistics) {
  constexpr int64_t kFewest = 3;
  constexpr int kTimeDecimals = 2, kMetricDecimals = 6;
  std::string text;
  for (const Json& group : statistics["run_seconds"]) {
    if (group.value("n", int64_t{0}) < kFewest) continue;
    text += "run time, " + group["group"].get<std::string>() + ": " + sample_text(group, kTimeDecimals) +
            " (seconds)\n";
  }
  if (!text.empty() && !statistics.value("run_seconds_comparable", true))
    text +=
        "  runs shared the machine: their times are not comparable with those of a program that runs alone\n";
  for (const Json& metric : statistics["last_metrics"]) {
    for (const Json& group : metric["groups"]) {
      if (group.value("distinct", int64_t{0}) < 2) continue;
      text += metric["name"].get<std::string>() + ", " + group["group"].get<std::string>() + ": " +
              sample_text(group, kMetricDecimals) + "\n";
    }
  }
  if (statistics.contains("variance")) text += variance_text(statistics["variance"]);
  if (statistics.contains("predictions")) text += predictions_text(statistics["predictions"]);
  return text;
}

}  // namespace ibid::cli
