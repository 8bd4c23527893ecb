#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "verify/enforcement.h"
#include "verify/variation.h"

namespace ibid::verify {

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

constexpr const char* kCrossedSetup = "crossed";

// One run for each pair of a level of one factor and a level of another, besides a first one as it is.
// Neither list is empty. Where seeds are among them, they take the place of the program's own.
Setup crossed_setup(const std::vector<Variation>& a, const std::vector<Variation>& b, const Enforcement& own);

}  // namespace ibid::verify
