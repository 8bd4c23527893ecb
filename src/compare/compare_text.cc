#include <algorithm>
#include <vector>

#include "base/number_text.h"
#include "base/text.h"
#include "compare/content_comparison.h"
#include "compare/number_distance.h"
#include "data/csv_reader.h"

namespace ibid::compare {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines = split(text, '\n');
  for (std::string& line : lines) {
    if (line.ends_with('\r')) line.pop_back();
  }
  if (lines.back().empty()) lines.pop_back();
  return lines;
}

// How lines or cells differ, over all that do.
class Differences {
 public:
  // True for the first.
  bool add(std::string_view a, std::string_view b) {
    const auto distance = number_distance(a, b);
    only_numbers_ = only_numbers_ && distance.has_value();
    max_ulp_ = std::max(max_ulp_, distance.value_or(0));
    return ++count_ == 1;
  }
  // Where one file has nothing in this place.
  bool add_absent() {
    only_numbers_ = false;
    return ++count_ == 1;
  }

  int64_t count() const { return count_; }
  // ", only in numbers, max 2 ULP"
  std::string text() const {
    return only_numbers_ && count_ > 0 ? ", only in numbers, max " + number_text(max_ulp_) + " ULP" : "";
  }
  void put(Json& details) const {
    details["only_numbers"] = only_numbers_ && count_ > 0;
    if (only_numbers_ && count_ > 0) details["max_ulp"] = max_ulp_;
  }

 private:
  int64_t count_ = 0;
  bool only_numbers_ = true;
  uint64_t max_ulp_ = 0;
};

using Table = std::vector<std::vector<std::string>>;

Result<Table> read_table(std::string_view text, const std::string& name) {
  bool given = false;
  data::CsvReader reader(
      [&](std::string& piece) -> Result<bool> {
        if (given) return false;
        given = true;
        piece += text;
        return true;
      },
      name);
  IBID_TRY(reader.guess_delimiter());
  Table table;
  data::CsvRecord record;
  while (true) {
    IBID_ASSIGN(const bool more, reader.next(record));
    if (!more) return table;
    std::vector<std::string> row;
    for (size_t i = 0; i < record.size(); ++i) row.emplace_back(record.cell(i));
    table.push_back(std::move(row));
  }
}

struct CellPlace {
  size_t row = 0, column = 0;
  std::string a, b;
};

void compare_rows(const Table& a, const Table& b, size_t row, Differences& differences, CellPlace& first) {
  const std::vector<std::string> none;
  const auto& x = row < a.size() ? a[row] : none;
  const auto& y = row < b.size() ? b[row] : none;
  for (size_t i = 0; i < std::max(x.size(), y.size()); ++i) {
    const bool both = i < x.size() && i < y.size();
    if (both && x[i] == y[i]) continue;
    if (both ? differences.add(x[i], y[i]) : differences.add_absent())
      first = {row, i, i < x.size() ? shortened(x[i]) : "absent", i < y.size() ? shortened(y[i]) : "absent"};
  }
}

}  // namespace

std::string shortened(std::string text) {
  constexpr size_t kLongest = 60;
  if (text.size() <= kLongest) return text;
  size_t end = kLongest - 3;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) --end;  // not inside a character
  return text.substr(0, end) + "...";
}

Finding compare_text(std::string_view a, std::string_view b) {
  const std::vector<std::string> x = lines_of(a), y = lines_of(b);
  Differences differences;
  Finding finding;
  for (size_t i = 0; i < std::max(x.size(), y.size()); ++i) {
    const bool both = i < x.size() && i < y.size();
    if (both && x[i] == y[i]) continue;
    if (!(both ? differences.add(x[i], y[i]) : differences.add_absent())) continue;
    const std::string in_a = i < x.size() ? shortened(x[i]) : "(no line)";
    const std::string in_b = i < y.size() ? shortened(y[i]) : "(no line)";
    const auto line = static_cast<int64_t>(i) + 1;
    finding.details["first"] = {{"line", line}, {"a", in_a}, {"b", in_b}};
    finding.summary = ", first line " + number_text(line) + ": " + in_a + " / " + in_b;
  }
  finding.same = differences.count() == 0;
  finding.details["different_lines"] = differences.count();
  differences.put(finding.details);
  finding.summary = finding.same ? "the same lines; their ends differ"
                                 : number_text(differences.count()) +
                                       (differences.count() == 1 ? " line differs" : " lines differ") +
                                       differences.text() + finding.summary;
  return finding;
}

Result<Finding> compare_tables(std::string_view a, std::string_view b, const std::string& name) {
  IBID_ASSIGN(const Table x, read_table(a, name));
  IBID_ASSIGN(const Table y, read_table(b, name));
  Differences differences;
  CellPlace first;
  for (size_t row = 0; row < std::max(x.size(), y.size()); ++row) compare_rows(x, y, row, differences, first);
  Finding finding;
  finding.same = differences.count() == 0;
  finding.details = {{"rows_a", x.size()}, {"rows_b", y.size()}, {"different_cells", differences.count()}};
  differences.put(finding.details);
  if (finding.same) {
    finding.summary = "the same cells, written otherwise";
    return finding;
  }
  const Table& names = x.empty() ? y : x;
  const std::string column = first.column < names[0].size() && first.row > 0 ? names[0][first.column] : "";
  const auto row = static_cast<int64_t>(first.row) + 1, number = static_cast<int64_t>(first.column) + 1;
  finding.details["first"] = {
      {"row", row}, {"column", number}, {"column_name", column}, {"a", first.a}, {"b", first.b}};
  finding.summary =
      number_text(differences.count()) + (differences.count() == 1 ? " cell differs" : " cells differ") +
      differences.text() + ", first row " + number_text(row) + ", column " +
      (column.empty() ? number_text(number) : shortened(column)) + ": " + first.a + " / " + first.b;
  return finding;
}

}  // namespace ibid::compare
