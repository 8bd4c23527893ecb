#include "describe/column.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/number_text.h"
#include "describe/cell.h"

namespace ibid::describe {
namespace {

CellKind kind(std::string_view text) { return classify_cell(text).kind; }

TEST_CASE("what a cell looks like") {
  for (const char* text : {"", " ", "NA", "n/a", "NaN", "nan", "null", "None", "?", "-", "#N/A", "<NA>"})
    CHECK(kind(text) == CellKind::kMissing);
  for (const char* text : {"0", "-7", "+7", " 12 ", "9223372036854775807"})
    CHECK(kind(text) == CellKind::kInteger);
  for (const char* text : {"0.5", "-.5", "1e-3", "1.", "9223372036854775808"})
    CHECK(kind(text) == CellKind::kReal);
  for (const char* text : {"inf", "-inf", "Infinity"}) CHECK(kind(text) == CellKind::kNotFinite);
  for (const char* text : {"true", "False", "YES", "no"}) CHECK(kind(text) == CellKind::kBoolean);
  for (const char* text :
       {"2024-01-31", "31.01.2024", "2024-01-31T10:00:00Z", "01/31/2024", "2024-01-31 10:00"})
    CHECK(kind(text) == CellKind::kDate);
  for (const char* text :
       {"007", "-007", "1,5", "0x10", "2024-1-3", "2024-01-31x", "nano", "infinite loop", "--", "1 2"})
    CHECK(kind(text) == CellKind::kText);
}

ColumnSummary summary(const std::vector<std::string>& cells) {
  ColumnSummary column;
  int64_t row = 0;
  for (const std::string& cell : cells) column.add(cell, kNoLabel, ++row);
  return column;
}

TEST_CASE("the type of a column follows from all its cells") {
  CHECK(summary({"", "NA"}).type() == ColumnType::kEmpty);
  CHECK(summary({"0", "1", "0"}).type() == ColumnType::kBoolean);
  CHECK(summary({"0", "0"}).type() == ColumnType::kInteger);
  CHECK(summary({"1", "2"}).type() == ColumnType::kInteger);
  CHECK(summary({"true", "no"}).type() == ColumnType::kBoolean);
  CHECK(summary({"1", "2.5", ""}).type() == ColumnType::kReal);
  CHECK(summary({"1", "inf"}).type() == ColumnType::kReal);
  CHECK(summary({"2024-01-31"}).type() == ColumnType::kDate);
  CHECK(summary({"a", "b", "a", "b"}).type() == ColumnType::kCategory);
  CHECK(summary({"a", "b", "c"}).type() == ColumnType::kText);
  CHECK(summary({"1", "2", "x"}).type() == ColumnType::kText);
  CHECK(summary({"007", "008"}).type() == ColumnType::kText);
}

TEST_CASE("counts, moments and quantiles") {
  const ColumnSummary column = summary({"1", "2", "3", "4", "", "?"});
  CHECK(column.n_cells() == 6);
  CHECK(column.n_missing() == 2);
  CHECK(column.missing_spellings().at("?") == 1);
  CHECK(column.moments().mean == 2.5);
  CHECK(column.moments().deviation() == doctest::Approx(std::sqrt(5.0 / 3)));
  const OrderedSample sample = column.numbers();
  CHECK(sample.max_rank_error == 0);
  CHECK(sample.quantile(0.5) == 2);
  CHECK(sample.quantile(0.51) == 3);
  CHECK(sample.quantile(1) == 4);
  CHECK(sample.quantile(0) == 1);
}

TEST_CASE("the first cell that is no number is remembered with its row") {
  const ColumnSummary column = summary({"1", "", "ten", "2", "x"});
  CHECK(column.first_text() == "ten");
  CHECK(column.first_text_row() == 3);
}

// 0, 7919, 2 * 7919, ... modulo a prime: every number below it once, in no order.
constexpr int64_t kMany = 30'011;
int64_t scattered(int64_t i) { return i * 7919 % kMany; }

TEST_CASE("above 10,000 different values the number is estimated and quantiles keep their bound") {
  ColumnSummary column;
  for (int64_t i = 0; i < kMany; ++i) column.add(number_text(scattered(i)), kNoLabel, i + 1);
  CHECK(!column.values().complete());
  CHECK(static_cast<double>(column.values().n_distinct()) == doctest::Approx(kMany).epsilon(0.1));
  CHECK(column.moments().mean == doctest::Approx((kMany - 1) / 2.0));
  const OrderedSample sample = column.numbers();
  CHECK(sample.n == kMany);
  CHECK(sample.max_rank_error > 0);
  CHECK(sample.max_rank_error < kMany / 100);
  for (const double fraction : {0.01, 0.25, 0.5, 0.75, 0.99}) {
    // The number v has rank v + 1.
    const double rank = sample.quantile(fraction) + 1;
    CHECK(std::abs(rank - fraction * kMany) <= static_cast<double>(sample.max_rank_error) + 8);
  }
}

TEST_CASE("a whole out of parts is the whole") {
  ColumnSummary whole, first, second;
  for (int64_t i = 0; i < kMany; ++i) {
    const std::string text = i % 10 == 0 ? "" : number_text(scattered(i));
    whole.add(text, kNoLabel, i + 1);
    (i < kMany / 3 ? first : second).add(text, kNoLabel, i + 1);
  }
  REQUIRE(first.values().complete() != second.values().complete());
  first.merge(second);
  CHECK(first.n_cells() == whole.n_cells());
  CHECK(first.n_missing() == whole.n_missing());
  CHECK(first.values().n_distinct() == whole.values().n_distinct());
  CHECK(first.moments().mean == doctest::Approx(whole.moments().mean));
  CHECK(first.moments().deviation() == doctest::Approx(whole.moments().deviation()));
  CHECK(first.moments().least == whole.moments().least);
  CHECK(first.numbers().n == whole.numbers().n);
}

TEST_CASE("the distance of two distributions") {
  const auto sample = [](std::vector<double> values) {
    std::vector<WeightedValue> weighted;
    for (const double value : values) weighted.push_back({value, 1});
    return ordered_sample(weighted, 0);
  };
  CHECK(kolmogorov_smirnov(sample({1, 2, 3}), sample({3, 2, 1})) == 0);
  CHECK(kolmogorov_smirnov(sample({1, 2}), sample({3, 4})) == 1);
  CHECK(kolmogorov_smirnov(sample({1, 2, 3, 4}), sample({3, 4, 5, 6})) == 0.5);
  CHECK(kolmogorov_smirnov(sample({1, 1, 1, 2}), sample({1, 2, 2, 2})) == 0.5);
}

}  // namespace
}  // namespace ibid::describe
