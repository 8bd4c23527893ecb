#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

// Comparisons of one format each, of contents whose bytes differ. `same` is the verdict on the meaning.
// Errors: a content breaks its format.
namespace ibid::compare {

struct Finding {
  bool same = false;
  std::string summary = {};
  Json details = Json::object();
};

// By value: the order of members does not count; 1 and 1.0 are the same number. Names the first path that
// differs, as a JSON pointer.
Result<Finding> compare_json(std::string_view a, std::string_view b);

// Line by line; kinds of line ends and an end of the last line do not count.
Finding compare_text(std::string_view a, std::string_view b);

// Cell by cell; quotes do not count. The first row has the names of the columns.
Result<Finding> compare_tables(std::string_view a, std::string_view b, const std::string& name);

// Pixel by pixel: width, height, 8 or 16 bits of red, green, blue and opacity. Texts in the file, such as the
// name of the program that drew it, do not count.
Result<Finding> compare_png(std::string_view a, std::string_view b);

// Byte by byte but for the times of making and changing and the identity (/CreationDate, /ModDate, /ID), as
// far as they are not packed: two figures do not differ by when they were drawn.
Finding compare_pdf(std::string_view a, std::string_view b);

// "..." where a text is too long for a line.
std::string shortened(std::string text);

}  // namespace ibid::compare
