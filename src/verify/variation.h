#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "verify/recorded_run.h"

namespace ibid::verify {

// The factor of a repetition in which nothing is changed.
inline constexpr const char* kAsItIs = "as it is";

// One way in which a repetition differs from the run as it is: only the environment it finds.
struct Variation {
  std::string factor;  // "threads"
  std::string value;   // "2"
  std::vector<std::pair<std::string, std::string>> environment;
  std::string skipped;               // why this machine cannot run it; empty if it can
  std::optional<int64_t> seed = {};  // instead of the one that all runs have

  std::string name() const { return factor + "=" + value; }
};

// Changes how a run is recorded accordingly. What the variation sets goes before what the options have.
void vary(RecordOptions& record, const Variation& variation);

// Numbers of threads for OpenMP, OpenBLAS, MKL, BLIS, numexpr and PyTorch.
Result<std::vector<Variation>> thread_variations(std::string_view comma_separated);

// Instruction sets, by the switches of the libraries that have one: "generic" (SSE4), "avx2", "avx512".
Result<std::vector<Variation>> isa_variations(std::string_view comma_separated);

// PYTHONHASHSEED 1 to n, which orders sets and the hashes of texts.
std::vector<Variation> hash_seed_variations(int64_t n);

// Values of a variable as they are: TZ, LC_ALL.
std::vector<Variation> variable_variations(std::string_view factor, const std::string& variable,
                                           std::string_view comma_separated);

// The first n primes above 100 as seeds.
std::vector<Variation> seed_variations(int64_t n);

}  // namespace ibid::verify
