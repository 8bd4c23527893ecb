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
  std::optional<int64_t> order_seed = {};
  std::optional<unsigned> umask = {};  // of the program
  std::string home = {};               // a fresh home folder, at this place in the record
  std::string program = {};            // instead of the first word of the command
  std::string preload = {};            // a library in front of the program's C library
  // The time of day: shifted by so many seconds, or at the start so many seconds after 1970.
  std::optional<int64_t> time_shift = {}, starts_at = {};
  // A setting that the record then lists as enforced; where it does not, nothing was varied, and why that is.
  std::string shown_by = {}, otherwise = {};

  std::string name() const { return factor + "=" + value; }
};

// Changes how a run is recorded in `folder` accordingly. What the variation sets goes before what the options
// have. Errors: a folder could not be made.
Result<void> vary(RecordOptions& record, const Variation& variation, const RunFolder& folder);

// Of a run that is over: why it says nothing about the variation; empty if it does. The program may never
// have done what the variation changes, or an interpreter may lack its packages.
Result<std::string> why_nothing_was_varied(const Variation& variation, const RunFolder& folder);

// Both at once: "seed=101, threads=2". Where both set one thing, the second does.
Variation crossed(const Variation& a, const Variation& b);

// Numbers of threads for OpenMP, OpenBLAS, MKL, BLIS, numexpr and PyTorch.
Result<std::vector<Variation>> thread_variations(std::string_view comma_separated);

// Instruction sets, by the switches of the libraries that have one: "generic" (SSE4), "avx2", "avx512".
Result<std::vector<Variation>> isa_variations(std::string_view comma_separated);

// PYTHONHASHSEED 1 to n, which orders sets and the hashes of texts.
std::vector<Variation> hash_seed_variations(int64_t n);

// Values of TZ; one that names a place of which this machine has no data is skipped.
Result<std::vector<Variation>> timezone_variations(std::string_view comma_separated);

// Values of LC_ALL; a locale that is not installed is skipped.
Result<std::vector<Variation>> locale_variations(std::string_view comma_separated);

// The first n primes above 100 as seeds.
std::vector<Variation> seed_variations(int64_t n);

// The same numbers, for the order of samples alone.
std::vector<Variation> order_seed_variations(int64_t n);

}  // namespace ibid::verify
