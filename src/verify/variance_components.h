#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "verify/statistics.h"

// How much of the spread of a result comes from which factor (seed, order of samples, threads, machine), by
// analysis of variance with random effects. Formulas and sources: docs/statistics.md.
namespace ibid::verify {

// Estimates of variances; a negative estimate is given as 0.
struct OneWayComponents {
  double between = 0.0;  // of the levels of the factor
  double within = 0.0;   // of runs at one level

  // Of the whole variance; 0 where there is none.
  double share_between() const { return between + within > 0.0 ? between / (between + within) : 0.0; }
};

// One list of values for each level; they may have different lengths. Nothing for fewer than 2 levels, an
// empty level, no level with 2 values, or values that are not finite.
std::optional<OneWayComponents> one_way_components(const std::vector<Values>& levels);

struct TwoWayComponents {
  double a = 0.0, b = 0.0;
  double interaction = 0.0;  // 0 if there is one run a cell: then it is in `residual`
  double residual = 0.0;
  bool interaction_known = false;
};

// cells[i][j]: the runs at level i of one factor and level j of the other. Nothing for fewer than 2 levels,
// cells of different sizes, or values that are not finite.
std::optional<TwoWayComponents> two_way_components(const std::vector<std::vector<Values>>& cells);

}  // namespace ibid::verify
