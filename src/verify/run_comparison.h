#pragma once

#include <cstdint>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "compare/file_comparison.h"
#include "verify/digest_log.h"
#include "verify/run_folder.h"

namespace ibid::verify {

// What a recorded run is compared by.
struct RunEvidence {
  platform::Path record;
  Json end;  // result.json
  std::string folder;
  std::string output;  // standard output
  std::vector<Json> metrics;
  std::vector<DigestLog> digests;  // one for each process that trained
  Json files;
};

Result<RunEvidence> read_evidence(const RunFolder& folder);

// The first metric of which two runs have different values, or which only one has.
struct MetricDifference {
  std::string name;
  int64_t step = 0;
  std::string a, b;                      // as they were recorded; "absent"
  std::optional<uint64_t> distance_ulp;  // binary64, if both are numbers
};

// A file written by both runs whose bytes differ.
struct FileDifference {
  std::string path;
  std::optional<compare::FileComparison> comparison;  // of the copies in the records
  std::string why_not_compared;                       // if there is none

  bool same() const { return comparison && comparison->same(); }
};

struct RunComparison {
  bool same_end = true;  // exit status or signal
  LogComparison digests;
  int64_t n_metrics = 0, n_different_metrics = 0;
  std::optional<MetricDifference> metric;
  int64_t n_files = 0;                           // written by both, compared by digest
  std::vector<std::string> files;                // that differ in meaning, or that only one run wrote
  std::vector<FileDifference> file_differences;  // by bytes, those that mean the same among them
  std::optional<int64_t> output_line;            // the first line of output that differs, from 1
  std::string output_a, output_b;                // that line in both
  // Nothing but the exit status could be compared.
  bool without_evidence = false;

  bool same() const {
    return same_end && !digests.first && !metric && files.empty() && !output_line && !without_evidence;
  }
};

Json file_differences_json(const std::vector<FileDifference>& differences);

// Everything in machine-readable form (docs/formats/verification.md, "Comparison").
Json comparison_json(const RunComparison& comparison);

// Compares two runs of one command. Lines of output lose what `noise` matches before they are compared.
RunComparison compare_runs(const RunEvidence& a, const RunEvidence& b, const std::vector<std::regex>& noise);

}  // namespace ibid::verify
