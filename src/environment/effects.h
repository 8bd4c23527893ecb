#pragma once

#include <string>
#include <string_view>

#include "report/compare.h"

namespace ibid::environment {

// How likely a difference changes what a training computes.
enum class Likelihood { kNone, kUnlikely, kPossible, kLikely };

struct Effect {
  Likelihood likelihood;
  std::string why;  // in words, for people
};

std::string_view likelihood_name(Likelihood likelihood);  // "likely"

// `name` as index servers compare names, here and below.
Effect effect_of_missing_package(const std::string& name);
Effect effect_of_extra_package(const std::string& name);
// By which part of the number differs and what the package is for.
Effect effect_of_version(const std::string& name, const std::string& expected, const std::string& found);
// The same version number with other content.
Effect effect_of_build(const std::string& name);

// Another library in a role (libraries.cc names the roles).
Effect effect_of_library(std::string_view role);

// Any other field in which two environment reports differ.
Effect effect_of_field(const report::Difference& difference);

}  // namespace ibid::environment
