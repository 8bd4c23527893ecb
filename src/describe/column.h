#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "describe/cell.h"
#include "describe/quantiles.h"
#include "describe/value_table.h"

namespace ibid::describe {

enum class ColumnType { kEmpty, kBoolean, kInteger, kReal, kDate, kCategory, kText };

std::string_view type_name(ColumnType type);

// Mean and deviation by Welford's recurrence, in the order of the rows; parts are joined by the formula of
// Chan, Golub and LeVeque in the order of the splits.
struct Moments {
  int64_t n = 0;
  double mean = 0, squares = 0;  // sum of squared differences from the mean
  double least = 0, greatest = 0;

  void add(double value);
  void merge(const Moments& other);
  void add_counted(double value, int64_t count) { merge({count, value, 0, value, value}); }
  // Of the sample, with n - 1; 0 for a single value.
  double deviation() const;
};

// Everything that is kept of one column of one split.
class ColumnSummary {
 public:
  // `row` from 1, for messages.
  void add(std::string_view text, uint32_t label, int64_t row);
  // The integer `value`, `count` times: for arrays, whose elements are many and whose values are few.
  void add_counted(int64_t value, int64_t count);
  // A row that ended before this column.
  void add_absent() { ++n_cells_, ++n_missing_, ++spellings_["(row too short)"]; }
  void merge(const ColumnSummary& other);

  int64_t n_cells() const { return n_cells_; }
  int64_t n_missing() const { return n_missing_; }
  int64_t n_present() const { return n_cells_ - n_missing_; }
  int64_t n_kind(CellKind kind) const { return kinds_[static_cast<size_t>(kind)]; }
  int64_t n_numbers() const { return n_kind(CellKind::kInteger) + n_kind(CellKind::kReal); }
  const std::map<std::string, int64_t>& missing_spellings() const { return spellings_; }
  const Moments& moments() const { return moments_; }
  const ValueTable& values() const { return values_; }
  // Of the finite numbers.
  OrderedSample numbers() const;
  // The first cell that is no number, and its row; only of use where nearly all others are.
  const std::string& first_text() const { return first_text_; }
  int64_t first_text_row() const { return first_text_row_; }

  ColumnType type() const;
  // Integers, reals, and texts of which at least nine in ten are numbers: what is said of numbers is then
  // said of these.
  bool is_numeric() const;

 private:
  void start_sketch(const std::vector<ValueCount>& values);

  int64_t n_cells_ = 0, n_missing_ = 0;
  int64_t kinds_[7] = {};
  std::map<std::string, int64_t> spellings_;
  Moments moments_;
  ValueTable values_;
  QuantileSketch sketch_;                // once values_ is no longer complete
  std::optional<OrderedSample> merged_;  // of a whole out of its parts, instead of sketch_
  std::string first_text_;
  int64_t first_text_row_ = 0;
};

}  // namespace ibid::describe
