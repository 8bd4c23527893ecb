#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"

namespace ibid::verify {

// The seed where one is needed and none was named.
inline constexpr int64_t kDefaultSeed = 42;

// What becomes of the calls by which a program seeds its libraries.
enum class OwnSeeds {
  kStand,     // they have the last word
  kReplaced,  // the seed asked for takes their place
  kEntropy    // a fresh seed from the system takes their place, another one each time
};

// What a program is made to hold still (docs/formats/recorded_run.md, "What is enforced").
struct Enforcement {
  std::optional<int64_t> seed;  // given to each library when it is imported
  OwnSeeds own_seeds = OwnSeeds::kStand;
  std::optional<int64_t> order_seed;  // shuffles the order of samples once more, and nothing else
  bool deterministic = false;         // switches, threads, data loaders, folders
  bool strict = false;                // what cannot be enforced is an error
  int64_t threads = 1;                // with deterministic

  bool asks_for_anything() const {
    return seed || order_seed || deterministic || own_seeds != OwnSeeds::kStand;
  }
};

using Variables = std::vector<std::pair<std::string, std::string>>;

// Variables that libraries read when they start; they need no hook.
Variables enforced_variables(const Enforcement& enforcement);

// Variables by which the hook learns what to do.
Variables hook_variables(const Enforcement& enforcement);

// As run.json has it, and back; members that are missing have their defaults.
Json enforcement_json(const Enforcement& enforcement);
Enforcement parse_enforcement(const Json& json);

}  // namespace ibid::verify
