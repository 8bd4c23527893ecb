#include "verify/setup.h"

#include <algorithm>

#include "base/text.h"

namespace ibid::verify {

Result<std::vector<Setup>> named_setups(std::string_view comma_separated, const Enforcement& own) {
  std::vector<Setup> setups;
  for (const std::string& name : split(comma_separated, ',')) {
    const auto refuse = [&](const std::string& why) {
      return Error(ErrorCode::kUsage, "--setup has '" + name + "'" + why,
                   "choose from random, seeds, deterministic, separated by commas");
    };
    if (name != "random" && name != "seeds" && name != "deterministic") return refuse(", which is no setup");
    if (std::any_of(setups.begin(), setups.end(), [&](const Setup& other) { return other.name == name; }))
      return refuse(" twice");
    Setup setup{.name = name, .enforcement = {}, .repeats = 1, .variations = {}, .judged = name != "random"};
    if (name == "random") {
      setup.enforcement.own_seeds = OwnSeeds::kEntropy;
    } else {
      setup.enforcement = own;
      setup.enforcement.seed = own.seed.value_or(kDefaultSeed);
      setup.enforcement.deterministic = name == "deterministic";
      setup.enforcement.strict = own.strict && setup.enforcement.deterministic;
    }
    setups.push_back(std::move(setup));
  }
  return setups;
}

Setup seeds_setup(int64_t n, const Enforcement& own) {
  Setup setup{.name = kSeedsSetup,
              .enforcement = own,
              .repeats = 0,
              .variations = seed_variations(n),
              .judged = false};
  setup.enforcement.own_seeds = OwnSeeds::kReplaced;
  setup.enforcement.seed = setup.variations.front().seed;
  setup.first_name = setup.variations.front().name();
  setup.variations.erase(setup.variations.begin());
  return setup;
}

}  // namespace ibid::verify
