#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "verify/statistics.h"

// Do two groups of runs differ? Formulas and sources: docs/statistics.md.
namespace ibid::verify {

struct WelchTest {
  double t = 0.0;
  double degrees = 0.0;  // of freedom, by Welch and Satterthwaite
  double p = 1.0;        // two-sided
};

// Nothing for fewer than 2 values in a group, values that are not finite, or two groups without any spread.
std::optional<WelchTest> welch_test(const Values& a, const Values& b);

struct PermutationTest {
  double difference = 0.0;    // of the means, a - b
  double p = 1.0;             // two-sided
  int64_t n_assignments = 0;  // compared, the one observed included
  bool exact = false;         // all there are
};

// Of the difference of means: all assignments to the groups where there are at most 50,000, else 9999 drawn
// with random numbers that depend on `seed` alone. Nothing for an empty group or values that are not finite.
std::optional<PermutationTest> permutation_test(const Values& a, const Values& b, uint64_t seed = 1);

// Hedges's g: the difference of means in pooled standard deviations, corrected for small samples. Nothing as
// for welch_test.
std::optional<double> hedges_g(const Values& a, const Values& b);

// p-values corrected for there being several, in their order (Holm 1979).
Values holm_adjusted(const Values& p);

}  // namespace ibid::verify
