#include "verify/verification_document.h"

#include <algorithm>
#include <set>
#include <vector>

#include "base/number_text.h"
#include "base/text.h"
#include "report/html.h"
#include "verify/factor_findings.h"
#include "verify/operation_report.h"

namespace ibid::verify {
namespace {

using report::Document;
using report::DocumentLine;
using report::DocumentSection;
using report::Tone;

struct Group {
  std::string name;  // of the setup; empty if there is one group only
  const Json* runs;
  bool judged = true;  // false: its runs are meant to differ
};

std::vector<Group> groups_of(const Json& report) {
  std::vector<Group> groups;
  if (report.contains("runs")) groups.push_back({"", &report["runs"]});
  if (report.contains("setups")) {
    for (const Json& setup : report["setups"])
      groups.push_back({setup.value("name", ""), &setup["runs"], setup.value("judged", true)});
  }
  // As the verdict has it: where no runs are judged, all are.
  if (std::none_of(groups.begin(), groups.end(), [](const Group& group) { return group.judged; })) {
    for (Group& group : groups) group.judged = true;
  }
  return groups;
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int64_t count_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
}

bool is_same(const Json& run) { return run.contains("comparison") && run["comparison"].value("same", false); }
bool did_run(const Json& run) { return run.contains("comparison"); }
bool is_repeat(const Json& run) { return text_of(run, "name").find('=') == std::string::npos; }

std::string command_text(const Json& first) {
  std::vector<std::string> words;
  if (first.contains("command")) {
    for (const Json& word : first["command"])
      words.push_back(word.is_string() ? word.get<std::string>() : "?");
  }
  return join(words, " ");
}

}  // namespace

std::vector<std::string> difference_sentences(const Json& comparison) {
  std::vector<std::string> sentences;
  if (comparison.value("without_evidence", false))
    sentences.emplace_back("There was nothing to compare: no digests, metrics, files or output.");
  if (comparison.contains("first_divergence")) {
    const Json& divergence = comparison["first_divergence"];
    std::vector<std::string> tensors;
    for (const Json& tensor : divergence["tensors"]) tensors.push_back(tensor.get<std::string>());
    const size_t shown = std::min<size_t>(tensors.size(), 6);
    std::string text = "First divergence at step " + number_text(count_of(divergence, "step"));
    if (divergence.contains("process")) text += " of " + divergence["process"].get<std::string>();
    text += tensors.empty() ? ": one run has fewer digested steps"
                            : ": " + join(std::span(tensors).first(shown), ", ");
    if (tensors.size() > shown)
      text += " and " + number_text(static_cast<int64_t>(tensors.size() - shown)) + " more";
    sentences.push_back(text + ".");
  }
  if (comparison.contains("first_metric")) {
    const Json& metric = comparison["first_metric"];
    sentences.push_back(number_text(count_of(comparison, "different_metrics")) + " of " +
                        number_text(count_of(comparison, "compared_metrics")) + " metrics differ, first " +
                        text_of(metric, "name") + " at step " + number_text(count_of(metric, "step")) + ": " +
                        text_of(metric, "a") + " and " + text_of(metric, "b") + ".");
  }
  if (comparison.contains("different_files")) {
    std::vector<std::string> files;
    for (const Json& file : comparison["different_files"]) files.push_back(file.get<std::string>());
    sentences.push_back("Files differ: " + join(files, ", ") + ".");
  }
  for (const Json& file : comparison.value("file_differences", Json::array())) {
    const Json content = file.value("comparison", Json::object());
    if (content.contains("summary"))
      sentences.push_back(file.value("path", "") + ": " + content["summary"].get<std::string>() + ".");
  }
  if (comparison.contains("first_output_line")) {
    const Json& line = comparison["first_output_line"];
    sentences.push_back("Output differs from line " + number_text(count_of(line, "line")) + " on: \"" +
                        text_of(line, "a") + "\" and \"" + text_of(line, "b") + "\".");
  }
  if (!comparison.value("same_end", true))
    sentences.emplace_back("It ended with another exit status or signal.");
  return sentences;
}

namespace {

DocumentSection runs_section(const Group& group) {
  DocumentSection section;
  if (!group.judged) {
    section.lines.push_back(
        {Tone::kQuiet, "", "These runs are meant to come out otherwise; the verdict leaves them out."});
  }
  section.title = group.name.empty() ? "Runs" : "Runs of the setup '" + group.name + "'";
  section.table.header = {"run", "compared with the first", "steps", "metrics", "files", "seconds"};
  section.table.right = {false, false, true, true, true, true};
  for (const Json& run : *group.runs) {
    if (!did_run(run)) {
      const char* what = run.contains("folder") ? "not counted: " : "not run: ";
      section.table.rows.push_back({text_of(run, "name"), what + text_of(run, "skipped"), "", "", "", ""});
      continue;
    }
    const Json& comparison = run["comparison"];
    section.table.rows.push_back({text_of(run, "name"), is_same(run) ? "same bits" : "different",
                                  number_text(count_of(comparison, "compared_steps")),
                                  number_text(count_of(comparison, "compared_metrics")),
                                  number_text(count_of(comparison, "compared_files")),
                                  fixed_text(run.value("seconds", 0.0), 2)});
  }
  return section;
}

DocumentSection differences_section(const std::vector<Group>& groups) {
  DocumentSection section;
  section.title = "Where runs part";
  for (const Group& group : groups) {
    for (const Json& run : *group.runs) {
      if (did_run(run) && !is_same(run) && group.judged) {
        const std::string name = (group.name.empty() ? "" : group.name + ", ") + text_of(run, "name") + ":";
        for (const std::string& sentence : difference_sentences(run["comparison"]))
          section.lines.push_back({Tone::kBad, name, sentence});
      }
      if (run.contains("saw_other_cores"))
        section.lines.push_back({Tone::kWarning, text_of(run, "name") + ":",
                                 "saw " + text_of(run, "saw_other_cores") +
                                     " cores, so libraries may have used another number of threads."});
      if (!run.contains("read_what_earlier_runs_wrote")) continue;
      for (const Json& path : run["read_what_earlier_runs_wrote"])
        section.lines.push_back({Tone::kWarning, text_of(run, "name") + ":",
                                 "read " + path.get<std::string>() +
                                     ", which an earlier run had written: the runs are not independent."});
    }
  }
  return section;
}

// The story of each first operation, with the line of the program.
std::vector<DocumentSection> operation_sections(const Json& report) {
  std::vector<DocumentSection> sections;
  for (const Json& finding : report.value("first_operations", Json::array())) {
    DocumentSection section;
    const std::string setup = text_of(finding, "setup");
    section.title =
        "First operation that differs, " + (setup.empty() ? "" : setup + ", ") + text_of(finding, "run");
    for (const auto& [label, text] : first_operation_lines(finding))
      section.lines.push_back({label == "first operation" ? Tone::kBad : Tone::kPlain, label + ":", text});
    sections.push_back(std::move(section));
  }
  return sections;
}

// What the runs say about the factors that were varied.
struct Factors {
  std::set<std::string> probed, matter;
  bool repeats = true;  // the command gives the same result again as it is
};

Factors factors_of(const std::vector<Group>& groups) {
  Factors factors;
  for (const Group& group : groups) {
    if (!group.judged) continue;
    bool repeats = true;
    for (const Json& run : *group.runs)
      repeats = repeats && (!is_repeat(run) || !did_run(run) || is_same(run));
    factors.repeats = factors.repeats && repeats;
    for (const Json& run : *group.runs) {
      const std::string name = text_of(run, "name");
      if (!did_run(run) || is_repeat(run)) continue;
      const std::string factor = name.substr(0, name.find('='));
      factors.probed.insert(factor);
      // Where not even repetitions agree, a difference says nothing about the factor.
      if (!is_same(run) && repeats) factors.matter.insert(factor);
    }
  }
  return factors;
}

DocumentSection factors_section(const std::vector<Group>& groups) {
  const Factors factors = factors_of(groups);
  DocumentSection section;
  section.title = "What was varied";
  for (const std::string& factor : factors.probed) {
    const bool counts = factors.matter.contains(factor);
    section.lines.push_back({counts ? Tone::kBad : Tone::kGood, factor + ":",
                             counts ? "the result depends on it." : "no dependence was seen."});
  }
  section.lines.push_back(
      {Tone::kQuiet, "",
       "Whatever is not named here was as this machine has it, and nothing is said about it."});
  return section;
}

// How the runs were executed; no lines if one by one, on this machine.
DocumentSection execution_section(const Json& report) {
  DocumentSection section;
  section.title = "How the runs were executed";
  const Json execution = report.value("execution", Json::object());
  if (execution.value("executor", "local") == "slurm")
    section.lines.push_back({Tone::kPlain, "", "As jobs of Slurm; each record names its machine."});
  if (count_of(execution, "at_once") > 1) {
    section.lines.push_back({Tone::kPlain, "",
                             "Up to " + number_text(count_of(execution, "at_once")) + " at once, each with " +
                                 number_text(count_of(execution, "visible_cores")) + " of the cores."});
  }
  if (execution.contains("one_by_one"))
    section.lines.push_back({Tone::kPlain, "", "One by one: " + text_of(execution, "one_by_one") + "."});
  if (!execution.value("run_times_comparable", true)) {
    section.lines.push_back(
        {Tone::kWarning, "",
         "Runs shared a machine: their times are not comparable with those of a program that "
         "runs alone."});
  }
  return section;
}

DocumentSection repeat_section(const Json& report, const Json& first) {
  DocumentSection section;
  section.title = "How to repeat this";
  section.lines = {{Tone::kPlain, "Command:", command_text(first)},
                   {Tone::kPlain, "In:", text_of(first, "folder")},
                   {Tone::kPlain, "First record:", text_of(report, "first")},
                   {Tone::kPlain, "ibid:", text_of(first, "ibid")}};
  return section;
}

struct Counts {
  int64_t run = 0, same = 0, without_evidence = 0;
};

Counts counts_of(const Json& report) {
  Counts counts;
  for (const Group& group : groups_of(report)) {
    for (const Json& run : *group.runs) {
      if (!did_run(run) || !group.judged) continue;
      ++counts.run;
      counts.same += is_same(run) ? 1 : 0;
      counts.without_evidence += run["comparison"].value("without_evidence", false) ? 1 : 0;
    }
  }
  return counts;
}

// XML has no way to write most control characters.
std::string xml_text(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') c = '?';
  }
  return report::html_escaped(text);
}

}  // namespace

std::string verdict_sentence(const Json& report) {
  const Counts counts = counts_of(report);
  if (counts.run == 0 || counts.without_evidence > 0) return "Nothing was compared, so nothing is shown.";
  if (report.value("same", false)) return "The same bits came out of all runs that were to agree.";
  const Factors factors = factors_of(groups_of(report));
  if (factors.repeats && !factors.matter.empty()) {
    return "The command repeats itself here, but what comes out depends on " +
           join(std::vector<std::string>(factors.matter.begin(), factors.matter.end()), ", ") + ".";
  }
  return "Of " + number_text(counts.run) + " repetitions " + number_text(counts.run - counts.same) +
         " came out otherwise than the run they were compared with.";
}

Document verification_document(const Json& report, const Json& first) {
  const std::vector<Group> groups = groups_of(report);
  Document document;
  document.title = "Verification of " + command_text(first);
  document.subtitle = verdict_sentence(report);
  DocumentSection verdict;
  verdict.title = "Verdict";
  const bool compared = counts_of(report).run > 0;
  verdict.lines.push_back({report.value("same", false) ? Tone::kGood
                           : compared                  ? Tone::kBad
                                                       : Tone::kWarning,
                           "", verdict_sentence(report)});
  document.sections.push_back(std::move(verdict));
  for (const Group& group : groups) document.sections.push_back(runs_section(group));
  DocumentSection differences = differences_section(groups);
  if (!differences.lines.empty()) document.sections.push_back(std::move(differences));
  for (DocumentSection& section : operation_sections(report)) document.sections.push_back(std::move(section));
  document.sections.push_back(factors_section(groups));
  if (report.contains("factors")) document.sections.push_back(factors_table(report["factors"]));
  DocumentSection execution = execution_section(report);
  if (!execution.lines.empty()) document.sections.push_back(std::move(execution));
  document.sections.push_back(repeat_section(report, first));
  return document;
}

std::string verification_junit(const Json& report, const Json& first) {
  std::string cases;
  int64_t n_cases = 0, n_failures = 0, n_skipped = 0;
  for (const Group& group : groups_of(report)) {
    for (const Json& run : *group.runs) {
      ++n_cases;
      cases += "  <testcase classname=\"" + xml_text(group.name.empty() ? "verify" : "verify." + group.name) +
               "\" name=\"" + xml_text(text_of(run, "name")) + "\" time=\"" +
               fixed_text(run.value("seconds", 0.0), 3) + "\">";
      if (!did_run(run)) {
        ++n_skipped;
        cases += "<skipped message=\"" + xml_text(text_of(run, "skipped")) + "\"/>";
      } else if (!is_same(run) && group.judged) {
        ++n_failures;
        const std::vector<std::string> sentences = difference_sentences(run["comparison"]);
        cases += "<failure message=\"" + xml_text(sentences.empty() ? "different" : sentences.front()) +
                 "\">" + xml_text(join(sentences, "\n")) + "</failure>";
      }
      cases += "</testcase>\n";
    }
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"" +
         xml_text("ibid verify " + command_text(first)) + "\" tests=\"" + number_text(n_cases) +
         "\" failures=\"" + number_text(n_failures) + "\" errors=\"0\" skipped=\"" + number_text(n_skipped) +
         "\">\n" + cases + "</testsuite>\n";
}

}  // namespace ibid::verify
