#pragma once

#include <functional>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "base/json.h"
#include "verify/recorded_run.h"
#include "verify/run_comparison.h"
#include "verify/variation.h"

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
  std::optional<RunComparison> comparison;
};

// Runs of a command that are compared with one another: all that share what is enforced.
struct Setup {
  std::string name;  // "random"; empty: the command as it is, the only setup
  Enforcement enforcement;
  int64_t repeats = 1;  // besides the first run
  std::vector<Variation> variations;
  bool judged = true;  // false: its runs are expected to differ, so the verdict leaves them out
  std::string first_name = "as it is 1";
};

// The setups `random` (the program's seeds replaced by entropy), `seeds` (a seed is given, nothing else held
// still) and `deterministic` (all held still), separated by commas. `own` has the seed, if one was named, and
// the number of threads. Errors (usage): a name that is none of these, or twice the same.
Result<std::vector<Setup>> named_setups(std::string_view comma_separated, const Enforcement& own);

constexpr const char* kSeedsSetup = "init-seeds";

// One run for each of the first n primes above 100 as seed, in place of the program's own. n is at least 1.
Setup seeds_setup(int64_t n, const Enforcement& own);

constexpr const char* kOrderSeedsSetup = "order-seeds";

// One run for each of the same numbers as seed of the order of samples alone. n is at least 1.
Setup order_seeds_setup(int64_t n, const Enforcement& own);

struct RepetitionOptions {
  RecordOptions record;  // of every run; its folder and command come from the run to repeat, if there is one
  std::optional<platform::Path> recorded;  // an existing record that is the first run of the unnamed setup
  std::vector<Setup> setups;
  std::vector<std::regex> noise;  // of standard output, not to be compared
  std::function<void(const Setup&)> on_setup;
  std::function<void(const Repetition&)> on_run;
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

  // All that are judged are the same in themselves; if none is, all.
  bool same() const;
};

// Runs a command several times, one after the other, into folders below `folder`, and compares each with the
// first run of its setup. Errors: a run could not be recorded, or is not finished.
Result<VerificationResult> repeat_and_compare(const RepetitionOptions& options, const platform::Path& folder);

// Everything in machine-readable form.
Json verification_json(const VerificationResult& result);

}  // namespace ibid::verify
