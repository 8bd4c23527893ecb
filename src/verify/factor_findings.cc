#include "verify/factor_findings.h"

#include <algorithm>
#include <set>
#include <vector>

#include "base/number_text.h"
#include "base/text.h"
#include "verify/repetition.h"
#include "verify/verification_document.h"

namespace ibid::verify {
namespace {

const Json kNone = Json::array();

// "threads=2" is a run of the probe "threads", "env MODE=1" of "env", "as it is 2" of "as it is".
std::string probe_of(const std::string& run) {
  const size_t equals = run.find('=');
  if (equals == std::string::npos) return "as it is";
  return run.starts_with("env ") ? "env" : run.substr(0, equals);
}

bool is_compared(const Json& run) { return run.contains("comparison"); }
bool is_same(const Json& run) { return is_compared(run) && run["comparison"].value("same", false); }
bool is_proof(const Json& run) {
  return is_compared(run) && !run["comparison"].value("without_evidence", false);
}

// Runs of a verification by what they probe.
class Evidence {
 public:
  Evidence(const Json& report, const Json& first) : report_(report) {
    if (report.contains("runs")) add_setup(report, true);
    const auto setups = report.find("setups");
    for (const Json& setup : setups == report.end() ? kNone : *setups) {
      const bool seeds = setup["name"] == kSeedsSetup || setup["name"] == kOrderSeedsSetup;
      // Where seeds are replaced by entropy nothing repeats itself, and nothing is told about a factor.
      if (seeds || setup.value("judged", true)) add_setup(setup, !seeds);
      if (!seeds && setup.value("judged", true)) note_control(setup.value("enforcement", Json::object()));
    }
    if (report.contains("runs")) note_control(first.value("enforcement", Json::object()));
  }

  bool repeats() const { return repeats_; }

  std::vector<const Json*> runs_of(std::string_view probe) const {
    std::vector<const Json*> found;
    for (const Json* run : runs_) {
      if (probe_of((*run)["name"].get<std::string>()) == probe) found.push_back(run);
    }
    return found;
  }

  // What holds the factor still in all runs that are judged; empty if nothing does.
  std::string control_of(Control control) const {
    if (control == Control::kNothing || n_controls_ == 0) return "";
    if (deterministic_) return "--deterministic";
    return control == Control::kSeed && seed_ ? "--seed" : "";
  }

  // "loss from 0.25 to 0.5" for each metric that varies among the runs of a setup.
  std::vector<std::string> metric_ranges(const std::string& group_name) const {
    std::vector<std::string> ranges;
    const Json statistics = report_.value("statistics", Json::object());
    for (const Json& metric : statistics.value("last_metrics", Json::array())) {
      for (const Json& group : metric["groups"]) {
        if (group["group"] != group_name || group.value("distinct", int64_t{0}) < 2) continue;
        ranges.push_back(metric["name"].get<std::string>() + " from " +
                         number_text(group["least"].get<double>()) + " to " +
                         number_text(group["largest"].get<double>()));
      }
    }
    return ranges;
  }

  // "3 distinct outcomes in 3 runs" of the setup with this name.
  std::string outcomes(const std::string& setup_name) const {
    for (const Json& setup : report_.value("setups", Json::array())) {
      if (setup["name"] != setup_name) continue;
      const auto n_run = std::count_if(setup["runs"].begin(), setup["runs"].end(), is_compared);
      return number_text(setup.value("distinct_outcomes", int64_t{1})) + " distinct outcomes in " +
             number_text(static_cast<int64_t>(n_run) + 1) + " runs";
    }
    return "";
  }

 private:
  void add_setup(const Json& setup, bool judged) {
    for (const Json& run : setup["runs"]) {
      runs_.push_back(&run);
      const bool repeat = probe_of(run["name"].get<std::string>()) == "as it is";
      if (judged && repeat && is_compared(run) && !is_same(run)) repeats_ = false;
    }
  }

  void note_control(const Json& enforcement) {
    const bool deterministic = enforcement.value("deterministic", false);
    const bool seed = enforcement.contains("seed") && enforcement["seed"].is_number();
    deterministic_ = deterministic && (n_controls_ == 0 || deterministic_);
    seed_ = seed && (n_controls_ == 0 || seed_);
    ++n_controls_;
  }

  const Json& report_;
  std::vector<const Json*> runs_;
  bool repeats_ = true;
  int64_t n_controls_ = 0;
  bool deterministic_ = false, seed_ = false;
};

// What the runs of one factor say, gathered probe by probe.
class Finding {
 public:
  Finding(const TaxonomyFactor& factor, const Evidence& evidence) : factor_(factor), evidence_(evidence) {
    for (const std::string_view probe : factor.probes) add(probe);
  }

  Json json() const {
    Json json = {{"code", factor_.code},
                 {"group", factor_.group},
                 {"title", factor_.title},
                 {"status", status()},
                 {"compared_runs", n_compared_}};
    Json probes = Json::array();
    for (const std::string_view probe : factor_.probes) probes.push_back(probe);
    json["probes"] = std::move(probes);
    const std::string control = evidence_.control_of(factor_.control);
    if (!control.empty()) json["controlled_by"] = control;
    if (!by_.empty()) json["by"] = by_;
    const std::vector<std::string> why = reasons();
    if (!why.empty()) json["reasons"] = why;
    return json;
  }

 private:
  void add(std::string_view probe) {
    const std::vector<const Json*> runs = evidence_.runs_of(probe);
    if (runs.empty()) not_asked_.emplace_back(option_of_probe(probe));
    std::vector<const Json*> different;
    for (const Json* run : runs) {
      if (!is_proof(*run)) {
        skipped_.insert((*run).value("skipped", "it left nothing to compare"));
        continue;
      }
      ++n_compared_;
      if (is_same(*run)) continue;
      (is_meant_to_differ(probe) ? varies_ : differs_) = true;
      different.push_back(run);
    }
    if (!different.empty()) tell(probe, different);
  }

  // By how much: of seeds the range over all runs, else what the first run that differs says of numbers.
  void tell(std::string_view probe, const std::vector<const Json*>& different) {
    if (is_meant_to_differ(probe)) {
      const std::string setup = probe == "seed" ? kSeedsSetup : kOrderSeedsSetup;
      std::vector<std::string> parts = evidence_.metric_ranges(setup);
      parts.insert(parts.begin(), std::string(option_of_probe(probe)) + ": " + evidence_.outcomes(setup));
      by_.push_back(join(parts, "; "));
      return;
    }
    std::vector<std::string> names;
    for (const Json* run : different) names.push_back((*run)["name"].get<std::string>());
    const std::vector<std::string> sentences = difference_sentences((*different.front())["comparison"]);
    const auto numbers = std::find_if(sentences.begin(), sentences.end(), [](const std::string& sentence) {
      return sentence.find("metrics differ") != std::string::npos;
    });
    const std::string how = numbers != sentences.end() ? *numbers
                            : sentences.empty()        ? ""
                                                       : sentences.front();
    by_.push_back(join(names, ", ") + ": " + how);
  }

  bool repeats_matter() const {
    // Where the same command gives different results, the other runs say nothing about what was changed in
    // them.
    return !evidence_.repeats() && n_compared_ > 0 &&
           std::find(factor_.probes.begin(), factor_.probes.end(), "as it is") == factor_.probes.end();
  }

  const char* status() const {
    if (repeats_matter()) return "unclear";
    if (differs_) return "differs";
    if (varies_) return "varies";
    if (n_compared_ > 0) return "same";
    return evidence_.control_of(factor_.control).empty() ? "not probed" : "controlled";
  }

  std::vector<std::string> reasons() const {
    std::vector<std::string> why;
    if (!factor_.instead.empty()) why.emplace_back(factor_.instead);
    if (repeats_matter()) why.emplace_back("the command does not repeat itself even as it is");
    if (n_compared_ > 0) return why;
    why.insert(why.end(), skipped_.begin(), skipped_.end());
    if (!not_asked_.empty()) why.push_back("not asked for: " + join(not_asked_, ", "));
    return why;
  }

  const TaxonomyFactor& factor_;
  const Evidence& evidence_;
  int64_t n_compared_ = 0;
  bool differs_ = false, varies_ = false;
  std::vector<std::string> by_, not_asked_;
  std::set<std::string> skipped_;
};

std::vector<std::string> texts_of(const Json& object, const char* name) {
  std::vector<std::string> texts;
  for (const Json& text : object.value(name, Json::array())) texts.push_back(text.get<std::string>());
  return texts;
}

}  // namespace

Json factors_json(std::span<const TaxonomyFactor* const> factors, const Json& report, const Json& first) {
  const Evidence evidence(report, first);
  Json list = Json::array();
  for (const TaxonomyFactor* factor : factors) list.push_back(Finding(*factor, evidence).json());
  return list;
}

std::string finding_text(const Json& factor) {
  const auto n = factor.value("compared_runs", int64_t{0});
  const std::string status = factor.value("status", "");
  const std::string runs = number_text(n) + (n == 1 ? " run" : " runs");
  const std::string control = factor.value("controlled_by", "");
  const std::string by = join(texts_of(factor, "by"), " "), why = join(texts_of(factor, "reasons"), "; ");
  if (status == "same") return "same bits in " + runs + (control.empty() ? "" : ", with " + control);
  if (status == "controlled") return "held still by " + control;
  if (status == "varies") return "as is meant, " + by;
  return status == "differs" ? by : why;
}

report::DocumentSection factors_table(const Json& factors) {
  report::DocumentSection section;
  section.title = "Factors of irreproducibility";
  section.table.header = {"", "factor", "group", "status", "what was found"};
  for (const Json& factor : factors) {
    section.table.rows.push_back({factor.value("code", ""), factor.value("title", ""),
                                  factor.value("group", ""), factor.value("status", ""),
                                  finding_text(factor)});
  }
  section.lines.push_back(
      {report::Tone::kQuiet, "",
       "Seeds change initial weights, random layers, features, augmentation and splits at once: which of "
       "them a "
       "program has, they do not tell. 'same' holds for the variations that were tried."});
  return section;
}

}  // namespace ibid::verify
