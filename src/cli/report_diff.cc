#include "cli/report_diff.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "platform/file.h"
#include "report/compare.h"

namespace ibid::cli {
namespace {

constexpr int64_t kMaxReportBytes = 64 << 20;

Result<Json> read_report(const std::string& path, const report::Expected& expected) {
  IBID_ASSIGN(const std::string text, platform::read_file(path, kMaxReportBytes));
  IBID_ASSIGN(Json report, parse_json(text, path));
  IBID_TRY(report::check(report, expected, path));
  return report;
}

Result<std::string> chosen_framework(const Invocation& invocation,
                                     std::span<const report::Section> sections) {
  const std::string wanted = invocation.text("framework").value_or("");
  const std::vector<std::string> known = report::named_frameworks(sections);
  if (wanted.empty() || std::ranges::find(known, wanted) != known.end()) return wanted;
  const auto meant = closest_match(wanted, known);
  return Error(ErrorCode::kUsage, "no framework '" + wanted + "'; known are " + join(known, ", "),
               meant ? "did you mean '" + *meant + "'?" : "leave --framework out to compare for all of them");
}

std::string place_of(const report::Difference& difference) {
  std::string place(difference.section->title);
  if (!difference.item.empty()) place += ", " + difference.item;
  if (difference.field) return place + ", " + std::string(difference.field->title);
  return difference.item.empty() ? place + ", number of them" : place;
}

bool counts(const report::Difference& difference, const std::string& framework) {
  if (difference.field) return report::counts_for(*difference.field, framework);
  return std::ranges::any_of(difference.section->fields, [&framework](const report::Field& field) {
    return report::counts_for(field, framework);
  });
}

void print_difference(const report::Difference& difference, bool with_reason, Console& console) {
  console.print("  " + console.styled(Style::kBold, place_of(difference)) + ": " + difference.a + "  |  " +
                difference.b + "\n");
  if (!with_reason || !difference.field) return;
  console.print("    because " + std::string(difference.field->why) + "\n");
}

void print_comparison(const report::Comparison& comparison, const std::string& framework, Console& console) {
  const auto verdict_style = comparison.verdict == report::Verdict::kSame        ? Style::kGood
                             : comparison.verdict == report::Verdict::kMayDiffer ? Style::kWarning
                                                                                 : Style::kBad;
  console.print(console.styled(verdict_style, report::verdict_text(comparison.verdict)) +
                (framework.empty() ? "" : " for " + framework) + "\n");
  for (const bool counting : {true, false}) {
    bool first = true;
    for (const report::Difference& difference : comparison.differences) {
      if (counts(difference, framework) != counting) continue;
      if (first) console.print(counting ? "\nthat can change results:\n" : "\nthat cannot:\n");
      first = false;
      print_difference(difference, counting, console);
    }
  }
}

Json comparison_json(const report::Comparison& comparison, const std::string& framework) {
  Json list = Json::array();
  for (const report::Difference& difference : comparison.differences) {
    Json entry = {{"section", difference.section->name}};
    if (!difference.item.empty()) entry["item"] = difference.item;
    if (difference.field) entry["field"] = difference.field->name;
    entry["a"] = difference.a;
    entry["b"] = difference.b;
    entry["counts"] = counts(difference, framework);
    if (difference.undecided) entry["undecided"] = true;
    if (difference.field && !difference.field->why.empty()) entry["why"] = difference.field->why;
    list.push_back(std::move(entry));
  }
  return {{"verdict", report::verdict_text(comparison.verdict)},
          {"framework", framework.empty() ? Json() : Json(framework)},
          {"differences", std::move(list)}};
}

}  // namespace

Result<int> run_report_diff(const Invocation& invocation, Console& console,
                            const report::Expected& expected) {
  IBID_ASSIGN(const std::string framework, chosen_framework(invocation, expected.sections));
  IBID_ASSIGN(const Json a, read_report(*invocation.argument("A"), expected));
  IBID_ASSIGN(const Json b, read_report(*invocation.argument("B"), expected));
  const report::Comparison comparison = report::compare(a, b, expected.sections, framework);
  if (invocation.flag("json")) {
    console.print(json_text(comparison_json(comparison, framework)));
  } else {
    print_comparison(comparison, framework, console);
  }
  return comparison.verdict == report::Verdict::kSame ? 0 : 1;
}

std::vector<OptionSpec> report_diff_options() {
  return {{.name = "framework",
           .type = OptionType::kText,
           .value_name = "NAME",
           .help = "only what matters to this framework (PyTorch, TensorFlow, ...) counts"},
          {.name = "json", .help = "report as JSON"}};
}

}  // namespace ibid::cli
