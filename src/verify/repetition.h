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
  std::string skipped;  // why it did not run; empty if it did
  platform::Path folder;
  double seconds = 0.0;
  std::vector<std::string> read_before;  // files it read that an earlier run had written
  std::optional<RunComparison> comparison;
};

struct RepetitionOptions {
  RecordOptions record;  // of every run; its folder and command come from the run to repeat, if there is one
  std::optional<platform::Path> recorded;  // an existing record that is the first run
  int64_t repeats = 1;                     // of the command as it is, besides the first run
  std::vector<Variation> variations;
  std::vector<std::regex> noise;  // of standard output, not to be compared
  std::function<void(const Repetition&)> on_run;
};

struct VerificationResult {
  platform::Path first;  // the run all others are compared with
  std::vector<Repetition> runs;

  bool same() const;
  int64_t n_run() const;
};

// Runs a command several times, one after the other, into folders below `folder`, and compares each with the
// first run. Errors: a run could not be recorded, or is not finished.
Result<VerificationResult> repeat_and_compare(const RepetitionOptions& options, const platform::Path& folder);

// Everything in machine-readable form.
Json verification_json(const VerificationResult& result);

}  // namespace ibid::verify
