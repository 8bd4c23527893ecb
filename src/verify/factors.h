#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace ibid::verify {

// What can hold a factor still when nobody varies it.
enum class Control { kNothing, kSeed, kDeterministic };

// One of the twenty factors of irreproducibility of Gundersen, Coakley, Kirkpatrick and Gil, "Sources of
// Irreproducibility in Machine Learning: A Review" (2022), and what a repetition can find out about it.
struct TaxonomyFactor {
  std::string_view code;   // "A2"
  std::string_view group;  // "algorithmic", "implementation", "observation"
  std::string_view title;  // "Random weight initialisation"
  // Variations that probe it, by the names of their runs; "as it is" is the command once more.
  std::vector<std::string_view> probes;
  Control control = Control::kNothing;
  std::string_view instead;  // where a repetition cannot probe it: why, and what to do
};

// All twenty, in the order of their codes.
std::span<const TaxonomyFactor> taxonomy();

// By its code, or by a part of its title that no other one has; case and hyphens do not matter. Errors
// (usage): there is none, or several.
Result<const TaxonomyFactor*> find_factor(const std::string& text);

// Whether runs with such a name are meant to come out otherwise: seeds.
bool is_meant_to_differ(std::string_view probe);

// The option of `ibid verify` that asks for such runs: "--hash-seeds".
std::string_view option_of_probe(std::string_view probe);

}  // namespace ibid::verify
