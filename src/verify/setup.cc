#include "verify/setup.h"

#include <algorithm>

#include "base/text.h"

namespace ibid::verify {
namespace {

// Of runs that are meant to differ; the first variation is the run that the others are compared with.
Setup setup_of(const char* name, std::vector<Variation> variations, const Enforcement& own) {
  Setup setup{.name = name, .enforcement = own, .repeats = 0, .variations = {}, .judged = false};
  setup.first_name = variations.front().name();
  setup.variations.assign(variations.begin() + 1, variations.end());
  return setup;
}

}  // namespace

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
  Setup setup = setup_of(kSeedsSetup, seed_variations(n), own);
  setup.enforcement.own_seeds = OwnSeeds::kReplaced;
  setup.enforcement.seed = seed_variations(1).front().seed;
  return setup;
}

Setup order_seeds_setup(int64_t n, const Enforcement& own) {
  Setup setup = setup_of(kOrderSeedsSetup, order_seed_variations(n), own);
  setup.enforcement.order_seed = order_seed_variations(1).front().order_seed;
  return setup;
}

Setup crossed_setup(const std::vector<Variation>& a, const std::vector<Variation>& b,
                    const Enforcement& own) {
  Setup setup{.name = kCrossedSetup, .enforcement = own, .repeats = 0, .variations = {}, .judged = false};
  for (const Variation& one : a) {
    for (const Variation& other : b) setup.variations.push_back(crossed(one, other));
  }
  const Variation& first = setup.variations.front();
  if (first.order_seed) setup.enforcement.order_seed = first.order_seed;
  if (!first.seed) return setup;
  setup.enforcement.own_seeds = OwnSeeds::kReplaced;
  setup.enforcement.seed = first.seed;
  return setup;
}

}  // namespace ibid::verify
