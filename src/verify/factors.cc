#include "verify/factors.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace ibid::verify {
namespace {

const std::array<TaxonomyFactor, 20>& table() {
  using enum Control;
  static const std::array<TaxonomyFactor, 20> factors = {{
      {"A1",
       "algorithmic",
       "Hyper-parameter optimisation",
       {},
       kNothing,
       "method, space and budget of a search are choices of the study: record them with every trial, and "
       "repeat the "
       "whole search with --init-seeds"},
      {"A2", "algorithmic", "Random weight initialisation", {"seed"}, kSeed, ""},
      {"A3", "algorithmic", "Data shuffling", {"order-seed"}, kSeed, ""},
      {"A4", "algorithmic", "Batch ordering", {"order-seed", "workers"}, kSeed, ""},
      {"A5", "algorithmic", "Stochastic layers", {"seed"}, kSeed, ""},
      {"A6", "algorithmic", "Random feature selection", {"seed"}, kSeed, ""},
      {"I1", "implementation", "Initialisation seeds", {"seed"}, kSeed, ""},
      {"I2", "implementation", "Software", {"python"}, kNothing, ""},
      {"I3", "implementation", "Parallel execution", {"as it is", "threads", "workers"}, kDeterministic, ""},
      {"I4",
       "implementation",
       "Compiler settings",
       {},
       kNothing,
       "libraries come compiled, and a run cannot change how: keep the archives they came from with 'ibid "
       "env lock', "
       "and compare runs with builds of different settings with 'ibid diff'"},
      {"I5",
       "implementation",
       "Auto-selection of primitive operations",
       {"as it is", "isa"},
       kDeterministic,
       ""},
      {"I6", "implementation", "Processing unit", {"isa", "device"}, kNothing, ""},
      {"I7", "implementation", "Rounding errors", {"threads", "isa"}, kNothing, ""},
      {"O1",
       "observation",
       "Dataset bias",
       {},
       kNothing,
       "it is in how the data came to be, not in the run: 'ibid data describe' shows imbalance, duplicates "
       "and shifts, "
       "and asks for the rest"},
      {"O2", "observation", "Data pre-processing", {"hash-seed", "file-order", "locale"}, kNothing, ""},
      {"O3", "observation", "Data augmentation", {"seed", "workers"}, kSeed, ""},
      {"O4", "observation", "Data splits", {"seed", "file-order", "hash-seed"}, kSeed, ""},
      {"O5",
       "observation",
       "Environment properties",
       {"timezone", "locale", "umask", "home", "time", "file-order", "hash-seed", "env"},
       kNothing,
       ""},
      {"O6",
       "observation",
       "Annotation quality",
       {},
       kNothing,
       "people gave the labels before the run: 'ibid data describe' finds equal items with different labels; "
       "let "
       "several people label, and report how far they agree"},
      {"O7",
       "observation",
       "Test data issues",
       {},
       kNothing,
       "leakage repeats itself like anything else: 'ibid data describe' finds items that are in two splits "
       "and groups "
       "that they share"},
  }};
  return factors;
}

// "auto selection of primitive operations".
std::string plain(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '-' || c == '_') c = ' ';
    if (c == 'z') c = 's';  // initialization, optimization
  }
  return text;
}

constexpr std::pair<std::string_view, std::string_view> kOptions[] = {
    {"as it is", "--repeat"},   {"seed", "--init-seeds"}, {"order-seed", "--order-seeds"},
    {"threads", "--threads"},   {"isa", "--isa"},         {"hash-seed", "--hash-seeds"},
    {"timezone", "--timezone"}, {"locale", "--locale"},   {"umask", "--umask"},
    {"home", "--home"},         {"env", "--env"},         {"python", "--env PYTHON=..."},
    {"device", "--device"},     {"workers", "--workers"}, {"file-order", "--file-order"},
    {"time", "--time"},
};

}  // namespace

std::span<const TaxonomyFactor> taxonomy() { return table(); }

Result<const TaxonomyFactor*> find_factor(const std::string& text) {
  const std::string wanted = plain(text);
  std::vector<const TaxonomyFactor*> found;
  for (const TaxonomyFactor& factor : table()) {
    const std::string title = plain(std::string(factor.title));
    if (wanted == plain(std::string(factor.code)) || wanted == title) return &factor;
    if (!wanted.empty() && title.find(wanted) != std::string::npos) found.push_back(&factor);
  }
  if (found.size() == 1) return found.front();
  std::vector<std::string> names;
  for (const TaxonomyFactor& factor : table()) {
    const bool fits = std::find(found.begin(), found.end(), &factor) != found.end();
    if (found.empty() || fits) names.push_back(std::string(factor.code) + " " + std::string(factor.title));
  }
  return Error(ErrorCode::kUsage,
               "'--factor " + text + "' is " + (found.empty() ? "no factor" : "more than one factor"),
               "name one of: " + join(names, ", "));
}

bool is_meant_to_differ(std::string_view probe) { return probe == "seed" || probe == "order-seed"; }

std::string_view option_of_probe(std::string_view probe) {
  const auto* found = std::find_if(std::begin(kOptions), std::end(kOptions),
                                   [&](const auto& option) { return option.first == probe; });
  return found == std::end(kOptions) ? std::string_view() : found->second;
}

}  // namespace ibid::verify
