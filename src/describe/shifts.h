#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "describe/facts.h"

namespace ibid::describe {

// How a numeric column differs between two splits.
struct ColumnShift {
  size_t column = 0;
  double distance = 0;     // of Kolmogorov and Smirnov
  double uncertainty = 0;  // by how much the distance may be off; 0: exact
  int64_t n_a = 0, n_b = 0;

  // Whether the distance is more than chance: above the critical value at a level of about 0.001, and large
  // enough to matter.
  bool notable() const;
};

struct SplitShift {
  size_t a = 0, b = 0;
  std::optional<LabelShift> label = {};   // where there are classes
  std::vector<ColumnShift> columns = {};  // the largest distance first

  bool label_notable() const;
};

// Of every pair of splits.
std::vector<SplitShift> split_shifts(const DataFacts& facts);

}  // namespace ibid::describe
