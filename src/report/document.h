#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ibid::report {

// How loud a line is.
enum class Tone { kPlain, kQuiet, kGood, kWarning, kBad };

struct DocumentLine {
  Tone tone = Tone::kPlain;
  std::string label;  // bold, before the text; may be empty
  std::string text;
};

struct DocumentTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::vector<bool> right;           // by column: set to the right, as numbers are
  std::optional<size_t> bar_column;  // cells like "12.5 %" that a page may draw as bars
  size_t n_brief = 0;                // rows enough for a terminal; 0: all
};

// A heading with lines, then a table, then pictures; each may be empty.
struct DocumentSection {
  std::string title;
  std::vector<DocumentLine> lines = {};
  DocumentTable table = {};
  std::vector<std::string> pictures = {};  // SVG; a page has them, a terminal and Markdown do not
};

// A text with tables that is shown on a terminal, as Markdown or as a page: written once, for all three.
struct Document {
  std::string title;
  std::string subtitle = {};
  std::vector<DocumentSection> sections = {};
};

std::string document_markdown(const Document& document);

// One page that needs nothing else: no script, no font and no picture from elsewhere; dark or light as the
// reader's system has it; printable.
std::string document_html(const Document& document);

}  // namespace ibid::report
