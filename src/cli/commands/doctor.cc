#include <algorithm>

#include "base/build_facts.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/findings.h"
#include "cli/invocation.h"

namespace ibid::cli {
namespace {

std::string_view state_name(Finding::State state) {
  switch (state) {
    case Finding::State::kPresent:
      return "present";
    case Finding::State::kMissing:
      return "missing";
    case Finding::State::kBroken:
      return "broken";
  }
  return "unknown";
}

Style style_of(Finding::State state) {
  switch (state) {
    case Finding::State::kPresent:
      return Style::kGood;
    case Finding::State::kMissing:
      return Style::kWarning;
    case Finding::State::kBroken:
      return Style::kBad;
  }
  return Style::kPlain;
}

void print_finding(const Finding& finding, Console& console) {
  console.print(console.styled(style_of(finding.state), state_name(finding.state)) + "  " +
                console.styled(Style::kBold, finding.name) + ": " + finding.detail + "\n");
  if (!finding.disables.empty()) console.print("         without it: " + finding.disables + "\n");
  if (!finding.remedy.empty()) console.print("         remedy:     " + finding.remedy + "\n");
}

Json as_json(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const Finding& finding : findings) {
    Json entry = {{"name", finding.name}, {"state", state_name(finding.state)}, {"detail", finding.detail}};
    if (!finding.disables.empty()) entry["disables"] = finding.disables;
    if (!finding.remedy.empty()) entry["remedy"] = finding.remedy;
    list.push_back(std::move(entry));
  }
  return {{"version", build_facts().version}, {"findings", std::move(list)}};
}

Result<int> run(const Invocation& invocation, Console& console) {
  console.show_progress("looking at this machine");
  const std::vector<Finding> findings = examine_machine();
  if (invocation.flag("json")) {
    console.print(json_text(as_json(findings)));
  } else {
    for (const Finding& finding : findings) print_finding(finding, console);
  }
  const auto broken = [](const Finding& finding) { return finding.state == Finding::State::kBroken; };
  return std::ranges::any_of(findings, broken) ? 1 : 0;
}

}  // namespace

CommandSpec doctor_command() {
  return {
      .name = "doctor",
      .summary = "show what is present on this machine and what is missing",
      .description =
          "Looks at the processor, the data sets and the programs that parts of ibid can use, and says for "
          "each thing "
          "missing what that disables and how to get it. What is missing is no fault: ibid itself runs "
          "without it.",
      .options = {{.name = "json", .help = "report as JSON"}},
      .examples = {{"ibid doctor", "for people"}, {"ibid doctor --json", "for scripts and bug reports"}},
      .exit_statuses = {{1, "something is broken, not merely missing"}},
      .run = run,
  };
}

}  // namespace ibid::cli
