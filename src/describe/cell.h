#pragma once

#include <string_view>

namespace ibid::describe {

enum class CellKind { kMissing, kInteger, kReal, kNotFinite, kBoolean, kDate, kText };

// What one cell of a table looks like by itself; what its column is follows from all of them.
struct Cell {
  CellKind kind = CellKind::kText;
  double number = 0;  // of kInteger and kReal
};

// Blanks around the text do not matter. Missing is an empty cell or one of the usual spellings (NA, N/A, NaN,
// null, None, ?, -, ...). A number with a leading zero is text: it is a code, and its zero matters. Dates are
// year-month-day and day.month.year in digits, with or without a time.
Cell classify_cell(std::string_view text);

}  // namespace ibid::describe
