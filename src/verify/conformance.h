#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ibid/context.h"
#include "verify/conformance_case.h"

namespace ibid::verify {

// The conformance file of the repository, tests/conformance/arithmetic-1.txt, as this program was built with
// it.
std::string_view committed_conformance();

// The outputs of one case. Errors: config, for a case that asks for something there is not.
Result<nn::StateDict> compute_case(Context& context, const ConformanceCase& own);

// Replaces every case's outputs by those of the reference.
Result<void> record_conformance(ConformanceFile& file);

struct ConformanceColumn {
  std::string isa;
  std::string skipped;  // why this machine cannot run it; empty if it did
};

struct ConformanceRow {
  std::string operation;
  int64_t n_cases = 0;
  std::vector<int64_t> n_different;  // per column, over all thread counts
};

struct ConformanceDifference {
  std::string isa;
  int32_t threads = 1;
  std::string question;              // the case
  std::vector<std::string> outputs;  // that differ, are missing or were not expected
};

struct ConformanceReport {
  std::vector<ConformanceColumn> columns;
  std::vector<ConformanceRow> rows;  // in order of first appearance
  std::vector<ConformanceDifference> differences;
  int64_t n_cases = 0, n_digests = 0;  // digests compared
  bool agrees = false;                 // something was compared and nothing differs
};

struct ConformanceOptions {
  std::vector<std::string> isas;
  std::vector<int32_t> threads;
};

// Every instruction set the program knows, whether or not this machine has it.
std::vector<std::string> known_isas();

// Why this machine cannot run one of them, or nothing.
std::string reason_not_to_run(const std::string& isa);

// Computes every case on every instruction set and number of threads and compares the digests.
Result<ConformanceReport> run_conformance(const ConformanceFile& file, const ConformanceOptions& options);

}  // namespace ibid::verify
