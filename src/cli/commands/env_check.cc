#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/environment_capture.h"
#include "cli/invocation.h"
#include "environment/lock_check.h"
#include "environment/lock_file.h"
#include "platform/file.h"
#include "report/check.h"

namespace ibid::cli {
namespace {

using environment::Deviation;
using environment::Likelihood;
using environment::LockCheck;

constexpr int64_t kMaxLockBytes = 64 << 20;

// An environment report or a lock of ibid's.
Result<LockCheck> check_json(const std::string& text, const std::string& path,
                             const CapturedEnvironment& here) {
  IBID_ASSIGN(Json expected, parse_json(text, path));
  const bool is_lock =
      expected.is_object() && expected.contains("format") && expected["format"] == environment::kLockFormat;
  if (is_lock) {
    IBID_ASSIGN(expected, environment::record_in_lock(expected, path));
  }
  IBID_TRY(report::check(
      expected, {"ibid.environment", environment::kFormatVersion, environment::report_sections()}, path));
  Json found = environment::report_json(here.report);
  // The other variables are told apart where both sides have them.
  if (is_lock) found["variables"] = expected["variables"];
  return environment::check_record(expected, found);
}

Result<LockCheck> check_file(const std::string& path, const CapturedEnvironment& here) {
  IBID_ASSIGN(const std::string text, platform::read_file(path, kMaxLockBytes));
  if (trim(text).starts_with('{')) return check_json(text, path, here);
  const std::vector<std::string> lines = split(text, '\n');
  const auto is_line = [&lines](std::string_view wanted) {
    return std::ranges::any_of(lines, [wanted](const std::string& line) { return trim(line) == wanted; });
  };
  if (is_line("@EXPLICIT")) {
    IBID_ASSIGN(const auto expected, environment::parse_conda_explicit(text, path));
    return environment::check_conda(expected, here.report);
  }
  if (is_line("dependencies:")) {
    return Error(ErrorCode::kUnsupported, path + " is an environment.yml, which leaves choices to a solver",
                 "check against conda's explicit list ('ibid env conda') or a lock in JSON");
  }
  IBID_ASSIGN(const auto expected, environment::parse_requirements(text, path));
  if (expected.empty())
    return Error(ErrorCode::kMalformed, path + " names no package", "write a lock with 'ibid env lock'");
  return environment::check_requirements(expected, here.report);
}

Likelihood worst(const LockCheck& check) {
  Likelihood worst = Likelihood::kNone;
  for (const Deviation& deviation : check.deviations) worst = std::max(worst, deviation.effect.likelihood);
  return worst;
}

std::string_view verdict(Likelihood worst) {
  if (worst == Likelihood::kLikely) return "likely to differ";
  return worst == Likelihood::kPossible ? "may differ" : "same results expected";
}

Json as_json(const LockCheck& check) {
  Json list = Json::array();
  for (const Deviation& deviation : check.deviations) {
    list.push_back({{"what", deviation.what},
                    {"expected", deviation.expected},
                    {"found", deviation.found},
                    {"effect", environment::likelihood_name(deviation.effect.likelihood)},
                    {"why", deviation.effect.why}});
  }
  return {{"verdict", verdict(worst(check))},
          {"differences", std::move(list)},
          {"not_compared", check.not_compared}};
}

std::string_view heading(Likelihood likelihood) {
  switch (likelihood) {
    case Likelihood::kLikely:
      return "\nlikely to change results:\n";
    case Likelihood::kPossible:
      return "\nthat can change results:\n";
    case Likelihood::kUnlikely:
      return "\nunlikely to:\n";
    case Likelihood::kNone:
      break;
  }
  return "\nthat cannot:\n";
}

void print_wrapped(const std::string& text, Console& console) {
  for (const std::string& line : wrap_text(text, console.width() - 4)) console.print("    " + line + "\n");
}

void print_check(const LockCheck& check, Console& console) {
  const Likelihood most = worst(check);
  const Style style = most == Likelihood::kLikely     ? Style::kBad
                      : most == Likelihood::kPossible ? Style::kWarning
                                                      : Style::kGood;
  console.print(console.styled(style, verdict(most)) + "\n");
  const Deviation* previous = nullptr;
  for (const Deviation& deviation : check.deviations) {
    if (previous == nullptr || previous->effect.likelihood != deviation.effect.likelihood)
      console.print(heading(deviation.effect.likelihood));
    console.print("  " + console.styled(Style::kBold, deviation.what) + ": " + deviation.expected + "  |  " +
                  deviation.found + "\n");
    if (deviation.effect.likelihood != Likelihood::kNone) print_wrapped(deviation.effect.why, console);
    previous = &deviation;
  }
  if (!check.not_compared.empty()) console.print("\nnot compared:\n");
  for (const std::string& what : check.not_compared) print_wrapped(what, console);
}

Result<int> run(const Invocation& invocation, Console& console) {
  const std::string path = *invocation.argument("LOCK");
  console.show_progress("looking at the environment");
  IBID_ASSIGN(const CapturedEnvironment here, capture_environment(invocation));
  IBID_ASSIGN(LockCheck check, check_file(path, here));
  console.show_progress("reading the installed files");
  environment::check_files(here.subject, here.report, check);
  if (invocation.flag("json")) {
    console.print(json_text(as_json(check)));
  } else {
    print_check(check, console);
  }
  const Likelihood most = worst(check);
  if (invocation.flag("strict")) return check.deviations.empty() ? 0 : 1;
  return most == Likelihood::kLikely || most == Likelihood::kPossible ? 1 : 0;
}

}  // namespace

CommandSpec env_check_command() {
  std::vector<OptionSpec> options = capture_options();
  options.push_back({.name = "strict", .help = "any difference gives exit status 1"});
  options.push_back({.name = "json", .help = "report as JSON"});
  return {
      .name = "env check",
      .summary = "compare this machine with a lock and say what each difference may do",
      .description =
          "Names every package that is missing, extra, of another version or with other files, another "
          "interpreter or C library, other threads and switches, other loaded libraries, each with its "
          "likely effect on results. A lock in JSON tells most and needs no network; requirements of pip "
          "and conda's explicit list tell of packages alone. No program is run but the interpreter.",
      .arguments = {{"LOCK",
                     "what ibid env lock, ibid env capture --json, pip-compile or conda list --explicit "
                     "wrote"}},
      .options = std::move(options),
      .examples = {{"ibid env check environment.lock.json", "is this the environment it was?"},
                   {"ibid env check requirements.lock --python .venv/bin/python --strict", "in CI"},
                   {"ibid env check environment.lock.json --import numpy",
                    "and does the same BLAS get loaded?"}},
      .exit_statuses = {{1, "something differs that can change results; with --strict, anything"}},
      .run = run,
  };
}

}  // namespace ibid::cli
