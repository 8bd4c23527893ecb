#include "report/document.h"

#include "base/number_text.h"
#include "report/html.h"
#include "report/markdown.h"

namespace ibid::report {
namespace {

bool is_right(const DocumentTable& table, size_t column) {
  return column < table.right.size() && table.right[column];
}

std::string markdown_row(const std::vector<std::string>& cells) {
  std::string out = "|";
  for (const std::string& cell : cells) out += " " + markdown_escaped(cell) + " |";
  return out + "\n";
}

std::string markdown_table(const DocumentTable& table) {
  if (table.rows.empty()) return {};
  std::string out = "\n" + markdown_row(table.header) + "|";
  for (size_t i = 0; i < table.header.size(); ++i) out += is_right(table, i) ? "---:|" : "---|";
  out += "\n";
  for (const std::vector<std::string>& row : table.rows) out += markdown_row(row);
  return out;
}

std::string_view tone_class(Tone tone) {
  switch (tone) {
    case Tone::kQuiet:
      return "unknown";
    case Tone::kGood:
      return "good";
    case Tone::kWarning:
      return "warn";
    case Tone::kBad:
      return "bad";
    case Tone::kPlain:
      break;
  }
  return "plain";
}

std::string html_lines(const std::vector<DocumentLine>& lines) {
  if (lines.empty()) return {};
  std::string out = "<ul class=\"lines\">\n";
  for (const DocumentLine& line : lines) {
    out += "<li class=\"" + std::string(tone_class(line.tone)) + "\">";
    if (!line.label.empty()) out += "<b>" + html_escaped(line.label) + "</b> ";
    out += html_escaped(line.text) + "</li>\n";
  }
  return out + "</ul>\n";
}

// "12.5 %" as a bar of that width behind the text.
std::string bar(const std::string& cell) {
  const auto percent = parse_double(std::string_view(cell).substr(0, cell.find(' ')));
  if (!percent || !(*percent >= 0 && *percent <= 100)) return html_escaped(cell);
  return "<span class=\"bar\" style=\"--share:" + fixed_text(*percent, 2) +
         "%\"></span><span class=\"figure\">" + html_escaped(cell) + "</span>";
}

// Sentences are broken into lines, what is shorter stays on one.
bool is_text(const std::string& cell) {
  constexpr size_t kLongest = 60;
  return cell.size() > kLongest;
}

std::string html_table(const DocumentTable& table) {
  if (table.rows.empty()) return {};
  std::string out = "<div class=\"scroll\"><table>\n<tr>";
  for (size_t i = 0; i < table.header.size(); ++i) {
    out += std::string("<th scope=\"col\"") + (is_right(table, i) ? " class=\"right\"" : "") + ">" +
           html_escaped(table.header[i]) + "</th>";
  }
  out += "</tr>\n";
  for (const std::vector<std::string>& row : table.rows) {
    out += "<tr>";
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string content = table.bar_column == i ? bar(row[i]) : html_escaped(row[i]);
      const char* kind = is_right(table, i) ? " class=\"right\"" : is_text(row[i]) ? " class=\"text\"" : "";
      out += std::string("<td") + kind + ">" + content + "</td>";
    }
    out += "</tr>\n";
  }
  return out + "</table></div>\n";
}

constexpr std::string_view kDocumentStyle = R"css(
th { width: auto; white-space: nowrap; }
td { white-space: nowrap; min-width: 2.6rem; }
.right { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.text { white-space: normal; min-width: 16rem; }
figure { margin: 1rem 0; break-inside: avoid; } figure svg { max-width: 100%; height: auto; }
.figure { display: inline-block; min-width: 4.5rem; }
.scroll { overflow-x: auto; margin-top: .6rem; }
ul.lines { list-style: none; margin: .4rem 0; padding: 0; }
ul.lines li { padding: .3rem 0 .3rem .8rem; border-left: 3px solid var(--line); margin-bottom: .35rem; }
li.bad { border-left-color: var(--strong) !important; }
li.bad b { color: var(--strong); }
li.warn { border-left-color: var(--warn) !important; }
li.warn b { color: var(--warn); }
.bar { display: inline-block; width: 7rem; height: .6rem; margin-right: .5rem; border-radius: 2px;
  background: linear-gradient(var(--quiet), var(--quiet)) 0 0 / var(--share) 100% no-repeat var(--line); }
@media print { .scroll { overflow: visible; } td, th { white-space: normal; min-width: 0; } td.text { min-width: 0; }
  li { break-inside: avoid; } h2 { break-after: avoid; } }
)css";

}  // namespace

std::string document_markdown(const Document& document) {
  std::string out =
      "# " + markdown_escaped(document.title) + "\n\n" + markdown_escaped(document.subtitle) + "\n";
  for (const DocumentSection& section : document.sections) {
    out += "\n## " + markdown_escaped(section.title) + "\n";
    if (!section.lines.empty()) out += "\n";
    for (const DocumentLine& line : section.lines) {
      out += "- " + (line.label.empty() ? "" : "**" + markdown_escaped(line.label) + "** ") +
             (line.tone == Tone::kQuiet ? "*" + markdown_escaped(line.text) + "*"
                                        : markdown_escaped(line.text)) +
             "\n";
    }
    out += markdown_table(section.table);
  }
  return out;
}

namespace {

std::string html_pictures(const std::vector<std::string>& pictures) {
  std::string text;
  for (const std::string& picture : pictures) text += "<figure>" + picture + "</figure>\n";
  return text;
}

}  // namespace

std::string document_html(const Document& document) {
  std::string links, body;
  for (size_t i = 0; i < document.sections.size(); ++i) {
    const DocumentSection& section = document.sections[i];
    const std::string name = "s" + number_text(static_cast<int64_t>(i + 1));
    const std::string heading = html_escaped(section.title);
    links += "<a href=\"#" + name + "\">" + heading + "</a>\n";
    body += "<section><h2 id=\"" + name + "\">" + heading + "</h2>\n" + html_lines(section.lines) +
            html_table(section.table) + html_pictures(section.pictures) + "</section>\n";
  }
  return html_page({.title = document.title,
                    .note = document.subtitle,
                    .links = links,
                    .body = body,
                    .style = kDocumentStyle});
}

}  // namespace ibid::report
