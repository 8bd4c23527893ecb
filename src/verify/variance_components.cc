#include "verify/variance_components.h"

#include <algorithm>
#include <cmath>

namespace ibid::verify {
namespace {

double mean_of(const Values& values) { return stable_sum(values) / static_cast<double>(values.size()); }

double squares_around(const Values& values, double centre) {
  Values squares;
  for (const double value : values) squares.push_back((value - centre) * (value - centre));
  return stable_sum(squares);
}

bool all_finite(const Values& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

using Cells = std::vector<std::vector<Values>>;

bool is_balanced(const Cells& cells) {
  if (cells.size() < 2 || cells[0].size() < 2 || cells[0][0].empty()) return false;
  for (const std::vector<Values>& row : cells) {
    if (row.size() != cells[0].size()) return false;
    for (const Values& cell : row) {
      if (cell.size() != cells[0][0].size() || !all_finite(cell)) return false;
    }
  }
  return true;
}

// Sums of squares of a balanced two-way table.
struct TwoWaySquares {
  double a = 0.0, b = 0.0, interaction = 0.0, within = 0.0;
};

TwoWaySquares two_way_squares(const Cells& cells) {
  const size_t n_a = cells.size(), n_b = cells[0].size();
  const auto n = static_cast<double>(cells[0][0].size());
  Values row_means, column_means, within;
  std::vector<Values> means(n_a);
  for (size_t i = 0; i < n_a; ++i) {
    for (size_t j = 0; j < n_b; ++j) {
      means[i].push_back(mean_of(cells[i][j]));
      within.push_back(squares_around(cells[i][j], means[i][j]));
    }
    row_means.push_back(mean_of(means[i]));
  }
  for (size_t j = 0; j < n_b; ++j) {
    Values column;
    for (size_t i = 0; i < n_a; ++i) column.push_back(means[i][j]);
    column_means.push_back(mean_of(column));
  }
  const double whole = mean_of(row_means);
  Values crossed;
  for (size_t i = 0; i < n_a; ++i) {
    for (size_t j = 0; j < n_b; ++j) crossed.push_back(means[i][j] - row_means[i] - column_means[j] + whole);
  }
  return {static_cast<double>(n_b) * n * squares_around(row_means, whole),
          static_cast<double>(n_a) * n * squares_around(column_means, whole),
          n * squares_around(crossed, 0.0), stable_sum(within)};
}

}  // namespace

std::optional<OneWayComponents> one_way_components(const std::vector<Values>& levels) {
  double n = 0.0;
  Values all, within, between, sizes_squared;
  for (const Values& level : levels) {
    if (level.empty() || !all_finite(level)) return std::nullopt;
    all.insert(all.end(), level.begin(), level.end());
    within.push_back(squares_around(level, mean_of(level)));
    sizes_squared.push_back(static_cast<double>(level.size() * level.size()));
  }
  n = static_cast<double>(all.size());
  const auto k = static_cast<double>(levels.size());
  if (levels.size() < 2 || all.size() == levels.size()) return std::nullopt;
  const double whole = mean_of(all);
  for (const Values& level : levels) {
    const double distance = mean_of(level) - whole;
    between.push_back(static_cast<double>(level.size()) * distance * distance);
  }
  const double mean_square_between = stable_sum(between) / (k - 1.0);
  const double mean_square_within = stable_sum(within) / (n - k);
  const double runs_per_level = (n - stable_sum(sizes_squared) / n) / (k - 1.0);
  return OneWayComponents{std::max(0.0, (mean_square_between - mean_square_within) / runs_per_level),
                          mean_square_within};
}

std::optional<TwoWayComponents> two_way_components(const Cells& cells) {
  if (!is_balanced(cells)) return std::nullopt;
  const auto n_a = static_cast<double>(cells.size()), n_b = static_cast<double>(cells[0].size());
  const auto n = static_cast<double>(cells[0][0].size());
  const TwoWaySquares squares = two_way_squares(cells);
  const double crossed = squares.interaction / ((n_a - 1.0) * (n_b - 1.0));
  const double a = squares.a / (n_a - 1.0), b = squares.b / (n_b - 1.0);
  TwoWayComponents result;
  result.interaction_known = n > 1.0;
  result.residual = result.interaction_known ? squares.within / (n_a * n_b * (n - 1.0)) : crossed;
  if (result.interaction_known) result.interaction = std::max(0.0, (crossed - result.residual) / n);
  result.a = std::max(0.0, (a - crossed) / (n_b * n));
  result.b = std::max(0.0, (b - crossed) / (n_a * n));
  return result;
}

}  // namespace ibid::verify
