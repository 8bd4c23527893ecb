#include "describe/column.h"

#include <algorithm>
#include <cmath>

#include "base/number_text.h"

namespace ibid::describe {
namespace {

constexpr size_t kMaxSpellings = 20;
constexpr size_t kShownBytes = 60;

// Different texts that may repeat are categories; texts that hardly do are just text.
constexpr int64_t kMaxCategories = 1000;

bool is_number(CellKind kind) { return kind == CellKind::kInteger || kind == CellKind::kReal; }

OrderedSample sample_of(const std::vector<ValueCount>& values) {
  std::vector<WeightedValue> weighted;
  for (const ValueCount& value : values) {
    const Cell cell = classify_cell(value.text);
    if (is_number(cell.kind)) weighted.push_back({cell.number, value.count});
  }
  return ordered_sample(std::move(weighted), 0);
}

}  // namespace

std::string_view type_name(ColumnType type) {
  switch (type) {
    case ColumnType::kEmpty:
      return "empty";
    case ColumnType::kBoolean:
      return "boolean";
    case ColumnType::kInteger:
      return "integer";
    case ColumnType::kReal:
      return "real";
    case ColumnType::kDate:
      return "date";
    case ColumnType::kCategory:
      return "category";
    case ColumnType::kText:
      break;
  }
  return "text";
}

void Moments::add(double value) {
  if (n == 0) least = greatest = value;
  ++n;
  const double difference = value - mean;
  mean += difference / static_cast<double>(n);
  squares += difference * (value - mean);
  least = std::min(least, value);
  greatest = std::max(greatest, value);
}

void Moments::merge(const Moments& other) {
  if (other.n == 0) return;
  if (n == 0) {
    *this = other;
    return;
  }
  const auto n_a = static_cast<double>(n), n_b = static_cast<double>(other.n);
  const double difference = other.mean - mean;
  mean += difference * (n_b / (n_a + n_b));
  squares += other.squares + difference * difference * (n_a * n_b / (n_a + n_b));
  n += other.n;
  least = std::min(least, other.least);
  greatest = std::max(greatest, other.greatest);
}

double Moments::deviation() const { return n < 2 ? 0 : std::sqrt(squares / static_cast<double>(n - 1)); }

void ColumnSummary::add(std::string_view text, uint32_t label, int64_t row) {
  ++n_cells_;
  const Cell cell = classify_cell(text);
  ++kinds_[static_cast<size_t>(cell.kind)];
  if (cell.kind == CellKind::kMissing) {
    ++n_missing_;
    const std::string spelling(text);
    if (spellings_.size() < kMaxSpellings || spellings_.contains(spelling)) ++spellings_[spelling];
    return;
  }
  if (is_number(cell.kind)) {
    moments_.add(cell.number);
  } else if (first_text_row_ == 0) {
    first_text_ = text.substr(0, kShownBytes);
    first_text_row_ = row;
  }
  const bool was_complete = values_.complete();
  std::vector<ValueCount> values;
  if (values_.add(text, label, values)) {
    start_sketch(values);
  } else if (!was_complete && is_number(cell.kind)) {
    sketch_.add(cell.number);
  }
}

void ColumnSummary::add_counted(int64_t value, int64_t count) {
  if (count == 0) return;
  n_cells_ += count;
  kinds_[static_cast<size_t>(CellKind::kInteger)] += count;
  moments_.add_counted(static_cast<double>(value), count);
  values_.add_counted(number_text(value), count);
}

void ColumnSummary::start_sketch(const std::vector<ValueCount>& values) {
  for (const ValueCount& value : values) {
    const Cell cell = classify_cell(value.text);
    if (!is_number(cell.kind)) continue;
    for (int64_t i = 0; i < value.count; ++i) sketch_.add(cell.number);
  }
}

void ColumnSummary::merge(const ColumnSummary& other) {
  OrderedSample sample = merged(numbers(), other.numbers());
  n_cells_ += other.n_cells_;
  n_missing_ += other.n_missing_;
  for (size_t i = 0; i < std::size(kinds_); ++i) kinds_[i] += other.kinds_[i];
  for (const auto& [spelling, count] : other.spellings_) spellings_[spelling] += count;
  moments_.merge(other.moments_);
  values_.merge(other.values_);
  merged_ = std::move(sample);
  if (first_text_row_ == 0) {
    first_text_ = other.first_text_;
    first_text_row_ = other.first_text_row_;
  }
}

OrderedSample ColumnSummary::numbers() const {
  if (merged_) return *merged_;
  return values_.complete() ? sample_of(values_.values()) : sketch_.sample();
}

ColumnType ColumnSummary::type() const {
  const int64_t n = n_present();
  if (n == 0) return ColumnType::kEmpty;
  const auto zero_or_one = [](const ValueCount& value) { return value.text == "0" || value.text == "1"; };
  if (n_kind(CellKind::kBoolean) == n) return ColumnType::kBoolean;
  if (n_kind(CellKind::kInteger) == n) {
    const bool two = values_.n_distinct() == 2 && std::ranges::all_of(values_.values(), zero_or_one);
    return two ? ColumnType::kBoolean : ColumnType::kInteger;
  }
  if (n_numbers() + n_kind(CellKind::kNotFinite) == n) return ColumnType::kReal;
  if (n_kind(CellKind::kDate) == n) return ColumnType::kDate;
  const int64_t n_distinct = values_.n_distinct();
  const bool repeats = values_.complete() && n_distinct <= kMaxCategories && 2 * n_distinct <= n;
  return repeats ? ColumnType::kCategory : ColumnType::kText;
}

bool ColumnSummary::is_numeric() const {
  constexpr double kNearlyAll = 0.9;
  const ColumnType found = type();
  if (found == ColumnType::kInteger || found == ColumnType::kReal) return n_numbers() > 0;
  const bool texts = found == ColumnType::kText || found == ColumnType::kCategory;
  return texts && n_numbers() > 0 &&
         static_cast<double>(n_numbers()) >= kNearlyAll * static_cast<double>(n_present());
}

}  // namespace ibid::describe
