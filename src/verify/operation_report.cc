#include "verify/operation_report.h"

#include <algorithm>
#include <set>

#include "base/number_text.h"
#include "base/text.h"
#include "platform/file.h"

namespace ibid::verify {
namespace {

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The runs to explain: each is the first of its factor that differs.
std::vector<const Repetition*> runs_to_explain(const SetupResult& setup) {
  std::vector<const Repetition*> runs;
  std::set<std::string> factors;
  for (const Repetition& run : setup.runs) {
    if (!run.comparison || run.comparison->same() || run.comparison->without_evidence) continue;
    if (!factors.insert(run.variation.factor).second) continue;
    runs.push_back(&run);
    // Where not even repetitions agree, nothing can be said about what else was changed.
    if (run.variation.factor == kAsItIs) break;
  }
  return runs;
}

Result<std::vector<ProcessDigests>> digests_of(const platform::Path& record) {
  IBID_ASSIGN(const RunFolder folder, RunFolder::open(record));
  IBID_ASSIGN(RunEvidence evidence, read_evidence(folder));
  return std::move(evidence.digests);
}

// Steps between digests as the runs had them, so that the repetitions do not measure anew.
Result<std::string> cadence_of(const platform::Path& record) {
  IBID_ASSIGN(const RunFolder folder, RunFolder::open(record));
  IBID_ASSIGN(const Json run, folder.read_json("run.json"));
  const auto every = run.find("digest_every");
  if (every == run.end()) return std::string("1");
  return every->is_string() ? every->get<std::string>() : every->dump();
}

Result<Json> first_operation(const RecordOptions& record, const SetupResult& setup, const Repetition& run,
                             const platform::Path& folder) {
  OperationSearch search{.record = record,
                         .a = {},
                         .b = run.variation,
                         .folder = folder,
                         .last_same_step = {},
                         .first_other_step = {}};
  search.record.enforcement = setup.enforcement;
  IBID_ASSIGN(search.record.digest_every, cadence_of(run.folder));
  IBID_ASSIGN(const std::vector<ProcessDigests> a, digests_of(setup.first));
  IBID_ASSIGN(const std::vector<ProcessDigests> b, digests_of(run.folder));
  if (const auto range = diverging_steps(a, b)) {
    search.last_same_step = range->last_same;
    search.first_other_step = range->first_other;
  }
  IBID_ASSIGN(const OperationFinding finding, find_operation(search));
  Json json = finding_json(finding);
  json["run"] = run.name;
  if (!setup.name.empty()) json["setup"] = setup.name;
  return json;
}

// "output float32 (256, 10): 12 of 2560 elements differ, by at most 2 ULP, first [3, 4]: 0.25 and 0.2500001"
std::string difference_line(const Json& difference) {
  if (difference.contains("unknown")) return "by how much is unknown: " + text_of(difference, "unknown");
  const Json details = difference.value("details", Json::object());
  const Json tensors = details.value("tensors", Json::array());
  if (tensors.empty()) return text_of(difference, "summary");
  const Json& tensor = tensors.front();
  std::string text = number_text(tensor.value("different_elements", int64_t{0})) + " of " +
                     number_text(tensor.value("elements", int64_t{0})) + " elements differ";
  if (tensor.contains("max_ulp")) text += ", by at most " + tensor["max_ulp"].dump() + " ULP";
  if (tensor.contains("first")) {
    const Json& first = tensor["first"];
    text += "; the first, " + first.value("index", Json::array()).dump() + ", is " + text_of(first, "a") +
            " and " + text_of(first, "b");
  }
  return text;
}

std::string values_line(const Json& values) {
  std::vector<std::string> texts;
  for (const Json& value : values) texts.push_back(value.get<std::string>());
  return join(texts, "; ");
}

std::string what_differs(const Json& finding) {
  const std::string cause = text_of(finding, "cause"), what = text_of(finding, "differs");
  if (cause == "computation") return "same inputs, other result";
  if (cause == "generator") return "same inputs, but its random generator is in another state";
  if (cause == "outside value") return "it gives another value";
  if (cause == "argument") return "it is called with another value: " + what;
  if (cause == "input") return "its input '" + what + "' differs, and no operation before made it";
  return "the runs do different things from here on";
}

void add_explanation(const Json& finding, std::vector<std::pair<std::string, std::string>>& lines) {
  lines.emplace_back("why", text_of(finding, "why"));
  if (finding.contains("remedy")) {
    std::string remedy = text_of(finding, "remedy");
    if (!finding["catalogue"].empty()) remedy += " [" + values_line(finding["catalogue"]) + "]";
    lines.emplace_back("remedy", remedy);
  }
}

}  // namespace

Result<Json> first_operations(const RecordOptions& record, const SetupResult& setup,
                              const platform::Path& folder) {
  Json findings = Json::array();
  if (!record.hook) return findings;
  for (const Repetition* run : runs_to_explain(setup)) {
    std::string name = "divergence-" + (setup.name.empty() ? "" : setup.name + "-") + run->variation.factor;
    std::replace(name.begin(), name.end(), ' ', '-');
    IBID_TRY(platform::make_folders(folder / name));
    IBID_ASSIGN(Json finding, first_operation(record, setup, *run, folder / name));
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::vector<std::pair<std::string, std::string>> first_operation_lines(const Json& finding) {
  std::vector<std::pair<std::string, std::string>> lines;
  if (!finding.value("found", false)) {
    lines.emplace_back("first operation", "not found: " + text_of(finding, "why_not_found"));
    if (finding.contains("why")) add_explanation(finding, lines);
    for (const Json& clock : finding.value("clocks", Json::array())) {
      lines.emplace_back("perhaps", text_of(clock, "op") + "() gives another value in each run, at " +
                                        text_of(clock, "at") + "   " + text_of(clock, "code"));
    }
    return lines;
  }
  const Json& operation = finding["operation"];
  std::string name = text_of(operation, "op");
  if (operation.contains("module")) name += " in " + text_of(operation, "module");
  if (operation.value("backward", false)) name += ", in the backward pass";
  if (finding.contains("step")) name += ", step " + finding["step"].dump();
  lines.emplace_back("first operation", name + ": " + what_differs(finding));
  lines.emplace_back("at", text_of(operation, "at") + "   " + text_of(operation, "code"));
  if (operation.contains("forward_at") && operation["forward_at"] != operation["at"])
    lines.emplace_back("of", text_of(operation, "forward_at") + "   " + text_of(operation, "forward_code"));
  if (finding.contains("other") && finding["other"]["at"] != operation["at"])
    lines.emplace_back("other run", text_of(finding["other"], "op") + " at " +
                                        text_of(finding["other"], "at") + "   " +
                                        text_of(finding["other"], "code"));
  if (!operation["inputs"].empty()) lines.emplace_back("inputs", values_line(operation["inputs"]));
  if (!operation["outputs"].empty()) lines.emplace_back("outputs", values_line(operation["outputs"]));
  if (finding.contains("other") && operation["outputs"] != finding["other"]["outputs"])
    lines.emplace_back("other outputs", values_line(finding["other"]["outputs"]));
  if (finding.contains("difference"))
    lines.emplace_back("difference", difference_line(finding["difference"]));
  add_explanation(finding, lines);
  return lines;
}

}  // namespace ibid::verify
