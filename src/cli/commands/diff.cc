#include <algorithm>

#include "base/json.h"
#include "base/number_text.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "cli/json_differences.h"
#include "cli/recorded_diff.h"
#include "verify/run_folder.h"

namespace ibid::cli {
namespace {

struct Run {
  Json description, machine, result;
  verify::DigestLog digests;
};

Result<Run> read_run(const std::string& path) {
  IBID_ASSIGN(const verify::RunFolder folder, verify::RunFolder::open(path));
  Run run;
  IBID_ASSIGN(run.description, folder.read_json("run.json"));
  if (folder.has("machine.json")) {
    IBID_ASSIGN(run.machine, folder.read_json("machine.json"));
  }
  if (folder.has("result.json")) {
    IBID_ASSIGN(run.result, folder.read_json("result.json"));
  }
  if (folder.has("digests.jsonl")) {
    IBID_ASSIGN(run.digests, folder.read_digests());
  }
  return run;
}

// A training ends with a signature, a recorded program with a status.
bool is_finished(const Json& result) {
  return result.is_object() && (result.contains("signature") || result.value("status", "") == "complete");
}

Result<int> run(const Invocation& invocation, Console& console) {
  IBID_ASSIGN(const verify::RunFolder folder_a, verify::RunFolder::open(*invocation.argument("A")));
  IBID_ASSIGN(const verify::RunFolder folder_b, verify::RunFolder::open(*invocation.argument("B")));
  if (is_recorded(folder_a) && is_recorded(folder_b))
    return diff_records(folder_a, folder_b, invocation, console);
  IBID_ASSIGN(const Run a, read_run(*invocation.argument("A")));
  IBID_ASSIGN(const Run b, read_run(*invocation.argument("B")));
  const verify::LogComparison comparison = verify::compare_logs(a.digests, b.digests);
  const Json definition = differences_of(a.description, b.description);
  const Json machine = differences_of(a.machine, b.machine);
  const Json signature_a = a.result.is_object() ? a.result.value("signature", Json()) : Json();
  const Json signature_b = b.result.is_object() ? b.result.value("signature", Json()) : Json();
  const bool both_finished = is_finished(a.result) && is_finished(b.result);
  const bool steps_agree = comparison.n_common_steps > 0 && !comparison.first;
  const bool identical = steps_agree && (!both_finished || signature_a == signature_b);

  if (invocation.flag("json")) {
    Json report{{"identical", identical},
                {"signatures", {signature_a, signature_b}},
                {"common_digested_steps", comparison.n_common_steps},
                {"definition", definition},
                {"machine", machine}};
    if (comparison.first) {
      report["first_difference"] = {{"step", comparison.first->step}, {"tensors", comparison.first->tensors}};
    }
    console.print(json_text(report));
    return identical ? 0 : 1;
  }
  if (comparison.first) {
    console.print(console.styled(Style::kBad, "different") + " from step " +
                  number_text(comparison.first->step) + " on (of " + number_text(comparison.n_common_steps) +
                  " common digested steps); there differ:\n");
    for (const std::string& tensor : comparison.first->tensors) console.print("  " + tensor + "\n");
  } else if (comparison.n_common_steps == 0) {
    console.print("the two runs have no digested step in common, so nothing was compared\n");
  } else if (!identical) {
    console.print(console.styled(Style::kBad, "different") +
                  ": the digested steps agree, the signatures do not\n");
  } else {
    console.print(console.styled(Style::kGood, "identical") + ": " + number_text(comparison.n_common_steps) +
                  " digested steps" +
                  (both_finished && signature_a.is_string()
                       ? ", and the signature " + signature_a.get<std::string>()
                       : "") +
                  (both_finished ? "" : "; not both runs are finished") + "\n");
  }
  console.print(differences_text("what was asked for differs:", definition));
  console.print(differences_text("where it ran differs (which must not matter):", machine));
  return identical ? 0 : 1;
}

}  // namespace

CommandSpec diff_command() {
  return {
      .name = "diff",
      .summary = "compare two run folders, from one machine or two",
      .description =
          "Compares the digests that two trainings recorded step by step, and names the first step and the "
          "tensors that differ; then what differs in what was asked for and in where it ran. Of records of "
          "'ibid run' metrics, files and output are compared too; with 'ibid run --operations' of the step "
          "that differs on both machines, the first operation is named.",
      .arguments = {{.name = "A", .help = "a run folder"}, {.name = "B", .help = "another"}},
      .options = {{.name = "json", .help = "report as JSON"}},
      .examples = {{"ibid diff ibid-runs/mnist-cnn-1 ibid-runs/mnist-cnn-2", "two runs of one training"},
                   {"ibid run --operations 3 -- python3 train.py",
                    "on both machines, where the first diff has named step 3"}},
      .exit_statuses = {{1, "the runs differ, or have nothing in common to compare"}},
      .run = run,
  };
}

}  // namespace ibid::cli
