#include "cli/document_text.h"

#include <algorithm>

#include "base/number_text.h"
#include "base/text.h"

namespace ibid::cli {
namespace {

using report::DocumentTable;
using report::Tone;

constexpr size_t kMaxCellWidth = 28;

// Characters of UTF-8 text: bytes that do not continue one.
size_t width_of(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string shortened(const std::string& text) {
  if (width_of(text) <= kMaxCellWidth) return text;
  std::string out;
  size_t width = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80 && ++width > kMaxCellWidth - 2) break;
    out += c;
  }
  return out + "..";
}

Style style_of(Tone tone) {
  switch (tone) {
    case Tone::kQuiet:
      return Style::kDim;
    case Tone::kGood:
      return Style::kGood;
    case Tone::kWarning:
      return Style::kWarning;
    case Tone::kBad:
      return Style::kBad;
    case Tone::kPlain:
      break;
  }
  return Style::kPlain;
}

void print_line(const report::DocumentLine& line, Console& console) {
  const std::string text = line.label.empty() ? line.text : line.label + " " + line.text;
  const int64_t width = std::max<int64_t>(40, console.width() - 4);
  bool first = true;
  size_t label_left = line.label.size();
  for (const std::string& part : wrap_text(text, width)) {
    const size_t in_label = std::min(label_left, part.size());
    // The space at which the text was broken is gone.
    label_left -= std::min(label_left, in_label + 1);
    const Style label_style = line.tone == Tone::kPlain ? Style::kBold : style_of(line.tone);
    const Style rest_style = line.tone == Tone::kQuiet ? Style::kDim : Style::kPlain;
    console.print((first ? "  " : "    ") +
                  (in_label > 0 ? console.styled(label_style, part.substr(0, in_label)) : "") +
                  (in_label < part.size() ? console.styled(rest_style, part.substr(in_label)) : "") + "\n");
    first = false;
  }
}

std::string padded(const std::string& cell, size_t width, bool right) {
  const std::string space(width - std::min(width, width_of(cell)), ' ');
  return right ? space + cell : cell + space;
}

bool is_right(const DocumentTable& table, size_t column) {
  return column < table.right.size() && table.right[column];
}

void print_table(const DocumentTable& table, Console& console) {
  if (table.rows.empty()) return;
  const size_t n_rows = table.n_brief == 0 ? table.rows.size() : std::min(table.rows.size(), table.n_brief);
  std::vector<size_t> widths;
  size_t used = 0;
  for (size_t column = 0; column < table.header.size(); ++column) {
    size_t width = width_of(table.header[column]);
    for (size_t i = 0; i < n_rows; ++i) width = std::max(width, width_of(shortened(table.rows[i][column])));
    if (column > 0 && used + 2 + width > static_cast<size_t>(console.width())) break;
    used += 2 + width;
    widths.push_back(width);
  }
  const auto line_of = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (size_t i = 0; i < widths.size(); ++i)
      line += "  " + padded(shortened(cells[i]), widths[i], is_right(table, i));
    return line.substr(0, line.find_last_not_of(' ') + 1);
  };
  console.print(console.styled(Style::kDim, line_of(table.header)) + "\n");
  for (size_t i = 0; i < n_rows; ++i) console.print(line_of(table.rows[i]) + "\n");
  std::string left_out;
  if (n_rows < table.rows.size())
    left_out = number_text(static_cast<int64_t>(table.rows.size() - n_rows)) + " more rows";
  for (size_t i = widths.size(); i < table.header.size(); ++i)
    left_out += (left_out.empty() ? "columns " : i == widths.size() ? "; columns " : ", ") + table.header[i];
  if (!left_out.empty())
    print_line({Tone::kQuiet, "", "not shown here: " + left_out + "; --html, --md and --json have all"},
               console);
}

}  // namespace

void print_document(const report::Document& document, Console& console) {
  console.print(console.styled(Style::kBold, document.title) + "\n" + document.subtitle + "\n");
  for (const report::DocumentSection& section : document.sections) {
    console.print("\n" + console.styled(Style::kBold, section.title) + "\n");
    for (const report::DocumentLine& line : section.lines) print_line(line, console);
    print_table(section.table, console);
  }
}

}  // namespace ibid::cli
