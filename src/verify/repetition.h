#pragma once

#include <functional>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "base/json.h"
#include "verify/run_comparison.h"
#include "verify/run_executor.h"
#include "verify/verification_plan.h"

namespace ibid::verify {

// A command run again in a fresh process, and how it compares with the first run.
struct Repetition {
  std::string name;     // "as it is 2", "threads=2"
  Variation variation;  // in what it differs from the first run
  int64_t outcome = 0;  // runs with the same number came out the same; the first run has 1; 0: not run
  std::string skipped;  // why it did not run, or with a folder: why it does not count; else empty
  platform::Path folder;
  double seconds = 0.0;
  std::vector<std::string> read_before;  // files it read that an earlier run had written
  std::string other_cores;  // how many cores it saw, if the first saw another number; empty if not
  std::optional<RunComparison> comparison;
};

// Who is told while a verification goes on.
struct VerificationListener {
  std::function<void(const PlannedSetup&)> on_setup;
  std::function<void(const Repetition&)> on_run;  // in the order of the plan
};

// What became of a setup.
struct SetupResult {
  std::string name;
  Enforcement enforcement;
  bool judged = true;
  platform::Path first;  // the run that the others are compared with
  std::vector<Repetition> runs;
  int64_t n_outcomes = 1;  // distinct ones, the first run's among them

  bool same() const;
  int64_t n_run() const;
};

struct VerificationResult {
  std::vector<SetupResult> setups;
  Execution execution;
  int64_t at_once = 1;  // 0: unknown
  // With one another and with those of a program that runs alone: not if runs shared a machine.
  bool run_times_comparable = true;
  std::string one_by_one;  // why runs that might have been executed at once were not; empty if nothing stood
                           // against it

  // All that are judged are the same in themselves; if none is, all.
  bool same() const;
};

// Has the runs of a plan executed and compares each with the first of its setup. Errors: a run could not be
// recorded, or a first run did not end by itself.
Result<VerificationResult> execute_and_compare(const VerificationPlan& plan, RunExecutor& executor,
                                               const VerificationListener& listener);

// Patterns of what is no difference between outputs. Errors (usage): one is no regular expression.
Result<std::vector<std::regex>> noise_patterns(const std::vector<std::string>& texts);

// Everything in machine-readable form.
Json verification_json(const VerificationResult& result);

}  // namespace ibid::verify
