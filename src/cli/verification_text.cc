#include "cli/verification_text.h"

#include <algorithm>
#include <set>
#include <vector>

#include "base/number_text.h"
#include "base/text.h"
#include "cli/repetition_text.h"
#include "verify/operation_report.h"

namespace ibid::cli {
namespace {

std::string shortened(const std::string& text) {
  return text.size() <= 60 ? text : text.substr(0, 57) + "...";
}

std::string divergence_text(const verify::Divergence& divergence, const std::string& process) {
  const std::vector<std::string>& tensors = divergence.tensors;
  std::string text =
      "first divergence at step " + number_text(divergence.step) + (process.empty() ? "" : " of " + process);
  if (tensors.empty()) return text + ": one run has fewer digested steps\n";
  const size_t shown = std::min<size_t>(tensors.size(), 3);
  text += ": " + join(std::span(tensors).first(shown), ", ");
  if (tensors.size() > shown)
    text += " and " + number_text(static_cast<int64_t>(tensors.size() - shown)) + " more";
  return text + "\n";
}

std::string outcomes_text(const verify::SetupResult& setup) {
  return number_text(setup.n_outcomes) + (setup.n_outcomes == 1 ? " outcome in " : " distinct outcomes in ") +
         number_text(setup.n_run() + 1) + " runs";
}

bool without_evidence(const verify::SetupResult& setup) {
  return std::any_of(setup.runs.begin(), setup.runs.end(), [](const verify::Repetition& repetition) {
    return repetition.comparison && repetition.comparison->without_evidence;
  });
}

// The factors of the variations that came out otherwise, each once, in order.
std::vector<std::string> factors_that_matter(const verify::SetupResult& setup) {
  std::vector<std::string> factors;
  for (const verify::Repetition& run : setup.runs) {
    const std::string factor = run.name.substr(0, run.name.find('='));
    const bool matters = run.comparison && !run.comparison->same() && factor.size() < run.name.size();
    if (matters && std::find(factors.begin(), factors.end(), factor) == factors.end())
      factors.push_back(factor);
  }
  return factors;
}

// Whether output alone tells the runs apart: then it may be a clock or a path.
bool only_output_differs(const verify::Repetition& run) {
  if (!run.comparison || run.comparison->same()) return true;
  verify::RunComparison rest = *run.comparison;
  rest.output_line.reset();
  return rest.same();
}

std::string different_text(const Console& console, const verify::SetupResult& result) {
  const bool repeats = std::all_of(result.runs.begin(), result.runs.end(), [](const verify::Repetition& run) {
    return !run.comparison || run.comparison->same() || run.name.find('=') != std::string::npos;
  });
  std::string text = console.styled(Style::kBad, "different") + ": ";
  text += repeats ? "it repeats itself here, but what comes out depends on " +
                        join(factors_that_matter(result), ", ")
                  : "the same command does not always give the same result here";
  text += " (" + outcomes_text(result) + ")\n";
  return text;
}

// Files that mean the same need not have the same bytes: an archive has the time in it.
std::string other_bytes_text(const verify::SetupResult& result) {
  std::set<std::string> paths;
  for (const verify::Repetition& run : result.runs) {
    if (!run.comparison) continue;
    for (const verify::FileDifference& file : run.comparison->file_differences) paths.insert(file.path);
  }
  if (paths.empty()) return "";
  return " (" + number_text(static_cast<int64_t>(paths.size())) +
         " of them in other bytes with the same meaning)";
}

std::string verdict_text(const Console& console, const verify::SetupResult& result) {
  if (result.n_run() == 0)
    return console.styled(Style::kWarning, "nothing was compared") + ": no repetition could run\n";
  if (without_evidence(result)) {
    return console.styled(Style::kWarning, "nothing was compared") +
           ": the program prints nothing, writes no file that was seen, and has no metrics or steps\n"
           "  let it print its result, or name a metric with --metric NAME=PATTERN\n";
  }
  if (!result.same()) return different_text(console, result);
  const verify::RunComparison& first =
      *std::find_if(result.runs.begin(), result.runs.end(), [](const auto& run) {
         return run.comparison.has_value();
       })->comparison;
  return console.styled(Style::kGood, "same bits") + " in " + number_text(result.n_run() + 1) +
         " runs: " + number_text(first.digests.n_common_steps) + " digested steps, " +
         number_text(first.n_metrics) + " metrics, " + number_text(first.n_files) + " files written" +
         other_bytes_text(result) + ", and all output\n";
}

}  // namespace

std::string difference_text(const verify::RunComparison& comparison) {
  std::string text;
  const std::string indent = "    ";
  if (comparison.without_evidence)
    text += indent + "nothing to compare: no digests, metrics, files or output\n";
  if (comparison.digests.first)
    text += indent + divergence_text(*comparison.digests.first, comparison.process);
  if (comparison.metric) {
    const verify::MetricDifference& metric = *comparison.metric;
    text += indent + number_text(comparison.n_different_metrics) + " of " +
            number_text(comparison.n_metrics) + " metrics differ, first " + metric.name + " at step " +
            number_text(metric.step) + ": " + metric.a + " / " + metric.b;
    if (metric.distance_ulp) text += " (" + number_text(*metric.distance_ulp) + " ULP of binary64)";
    text += "\n";
  }
  text += files_text(comparison);
  if (comparison.output_line) {
    text += indent + "output differs from line " + number_text(*comparison.output_line) + " on:\n" + indent +
            "  " + shortened(comparison.output_a) + "\n" + indent + "  " + shortened(comparison.output_b) +
            "\n";
  }
  if (!comparison.same_end) text += indent + "it ended otherwise: another exit status or signal\n";
  return text;
}

std::string run_text(const Console& console, const verify::Repetition& run) {
  if (!run.comparison) {
    const char* what = run.folder.empty() ? "not run" : "not counted";
    return "  " + run.name + ": " + console.styled(Style::kWarning, what) + ": " + run.skipped + "\n";
  }
  const verify::RunComparison& comparison = *run.comparison;
  std::string text = "  " + run.name + ": " +
                     (comparison.same() ? console.styled(Style::kGood, "same bits")
                                        : console.styled(Style::kBad, "different")) +
                     " (" + format_duration(run.seconds) + ")\n" + difference_text(comparison);
  if (!run.other_cores.empty())
    text += "    it saw " + run.other_cores.substr(0, run.other_cores.find(' ')) + " cores" +
            run.other_cores.substr(run.other_cores.find(' ')) + ": libraries may have used other threads\n";
  for (const std::string& path : run.read_before)
    text += "    it read " + path + ", which an earlier run had written: the runs are not independent\n";
  return text;
}

std::string verdicts_text(const Console& console, const verify::VerificationResult& result) {
  std::string text;
  for (const verify::SetupResult& setup : result.setups) {
    if (!setup.name.empty()) text += setup.name + ": ";
    text +=
        setup.judged || without_evidence(setup) ? verdict_text(console, setup) : outcomes_text(setup) + "\n";
  }
  return text;
}

std::string output_hint(const verify::VerificationResult& result) {
  for (const verify::SetupResult& setup : result.setups) {
    if (!std::all_of(setup.runs.begin(), setup.runs.end(), only_output_differs)) return "";
  }
  return "time or paths in what is printed? name them with --ignore-output PATTERN\n";
}

std::string first_operations_text(const Console& console, const Json& findings) {
  std::string text;
  for (const Json& finding : findings) {
    text += console.styled(Style::kBold, "where they part") + " (" +
            (finding.contains("setup") ? finding["setup"].get<std::string>() + ", " : "") +
            finding["run"].get<std::string>() + "):\n";
    for (const auto& [label, line] : verify::first_operation_lines(finding))
      text += "  " + label + ": " + line + "\n";
  }
  return text;
}

}  // namespace ibid::cli
