#include "cli/recorded_diff.h"

#include "base/number_text.h"
#include "cli/invocation.h"
#include "cli/json_differences.h"
#include "cli/verification_text.h"
#include "verify/operation_report.h"
#include "verify/run_comparison.h"

namespace ibid::cli {
namespace {

std::string verdict(const Console& console, const verify::RunComparison& comparison) {
  if (comparison.without_evidence)
    return console.styled(Style::kWarning, "nothing was compared") + ": the records have nothing in common\n";
  if (!comparison.same())
    return console.styled(Style::kBad, "different") + "\n" + difference_text(comparison);
  return console.styled(Style::kGood, "same bits") + ": " + number_text(comparison.digests.n_common_steps) +
         " digested steps, " + number_text(comparison.n_metrics) + " metrics, " +
         number_text(comparison.n_files) + " files written, and all output\n" + difference_text(comparison);
}

// Where the runs were; what differs there, 'ibid hardware diff' and 'ibid env diff' tell.
std::string hint(const verify::RunFolder& a, const verify::RunFolder& b) {
  const std::string first = a.path().string() + "/", second = b.path().string() + "/";
  return "machines: ibid hardware diff " + first + "hardware.json " + second + "hardware.json\n" +
         "software: ibid env diff " + first + "environment.json " + second + "environment.json\n";
}

}  // namespace

bool is_recorded(const verify::RunFolder& folder) {
  const Result<Json> run = folder.read_json("run.json");
  return run.ok() && run.value().value("kind", "") == "recorded";
}

Result<int> diff_records(const verify::RunFolder& a, const verify::RunFolder& b, const Invocation& invocation,
                         Console& console) {
  IBID_ASSIGN(const verify::RunEvidence evidence_a, verify::read_evidence(a));
  IBID_ASSIGN(const verify::RunEvidence evidence_b, verify::read_evidence(b));
  const verify::RunComparison comparison = verify::compare_runs(evidence_a, evidence_b, {});
  IBID_ASSIGN(const std::optional<verify::OperationFinding> operations,
              verify::compare_recorded_operations(a.path(), b.path()));
  IBID_ASSIGN(const Json run_a, a.read_json("run.json"));
  IBID_ASSIGN(const Json run_b, b.read_json("run.json"));
  const Json definition = differences_of(run_a, run_b);
  if (invocation.flag("json")) {
    Json report = verify::comparison_json(comparison);
    report["definition"] = definition;
    if (operations) report["first_operation"] = verify::finding_json(*operations);
    console.print(json_text(report));
    return comparison.same() ? 0 : 1;
  }
  std::string text = verdict(console, comparison);
  if (operations) {
    for (const auto& [label, line] : verify::first_operation_lines(verify::finding_json(*operations)))
      text += "  " + label + ": " + line + "\n";
  }
  text += differences_text("what was asked for differs:", definition);
  console.print(text + (comparison.same() ? "" : hint(a, b)));
  return comparison.same() ? 0 : 1;
}

}  // namespace ibid::cli
