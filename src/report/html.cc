#include "report/html.h"

#include <algorithm>
#include <vector>

#include "report/value_text.h"

namespace ibid::report {
namespace {

constexpr std::string_view kStyle = R"css(
:root { color-scheme: light dark; --ink: #1c2024; --quiet: #5f6873; --line: #d9dee4; --page: #ffffff; --card: #f6f8fa;
  --warn: #8a5200; --strong: #a3232a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ed; --quiet: #9aa5b1; --line: #333b45; --page: #14181d; --card: #1b2027; --warn: #e0a64a;
    --strong: #f0797f; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 4rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 2.2rem 0 .5rem; }
h3 { font-size: .95rem; margin: 1.2rem 0 .4rem; color: var(--quiet); }
p.note, .unknown, .source { color: var(--quiet); }
nav { margin: 1rem 0 0; display: flex; flex-wrap: wrap; gap: .35rem .9rem; }
a { color: inherit; }
table { width: 100%; border-collapse: collapse; background: var(--card); border: 1px solid var(--line); }
th, td { text-align: left; vertical-align: top; padding: .38rem .7rem; border-top: 1px solid var(--line);
  overflow-wrap: anywhere; }
tr:first-child > * { border-top: 0; }
th { width: 17rem; font-weight: 500; }
.source { width: 20rem; font-size: .85em; }
.unknown { font-style: italic; }
.other { display: block; color: var(--warn); }
.class { color: var(--strong); }
.wide { overflow-x: auto; }
.wide th { width: auto; overflow-wrap: normal; }
.wide td { font-size: .88em; min-width: 5.5rem; }
@media (max-width: 44rem) { th { width: 9rem; } .source { display: none; } }
@media print { body { max-width: none; padding: 0; } nav { display: none; } table { break-inside: auto; } }
)css";

// Why a difference in the field counts, as the title of its row.
std::string hint(const Field& field) {
  std::string text;
  if (!field.why.empty()) text = "matters: " + std::string(field.why);
  if (!field.frameworks.empty()) {
    text += " (";
    for (size_t i = 0; i < field.frameworks.size(); ++i)
      text += (i > 0 ? ", " : "") + std::string(field.frameworks[i]);
    text += ")";
  }
  return text;
}

std::string value_html(const Json& fact, const Field& field) {
  const auto quiet = [](const std::string& text) {
    return "<span class=\"unknown\">" + html_escaped(text) + "</span>";
  };
  if (fact.contains("unknown")) return quiet("unknown: " + fact["unknown"].get<std::string>());
  if (fact.contains("redacted")) return quiet("left out: " + fact["redacted"].get<std::string>());
  std::string out = html_escaped(value_text(fact["value"], field));
  if (fact.contains("also")) {
    for (const Json& other : fact["also"]) {
      out += "<span class=\"other\">but " + html_escaped(value_text(other["value"], field)) + " by " +
             html_escaped(other["source"].get<std::string>()) + "</span>";
    }
  }
  return out;
}

std::string table(const Json& item, const Section& section) {
  std::string out = "<table>\n";
  for (const Field& field : section.fields) {
    const Json& fact = item[std::string(field.name)];
    const std::string why = hint(field);
    out += "<tr><th scope=\"row\"" + (why.empty() ? "" : " title=\"" + html_escaped(why) + "\"") + ">" +
           html_escaped(field.title) + "</th><td>" + value_html(fact, field) + "</td><td class=\"source\">" +
           (fact.contains("source") ? html_escaped(fact["source"].get<std::string>()) : "") + "</td></tr>\n";
  }
  return out + "</table>\n";
}

// Many items side by side, in the fields that any of them knows; where a value comes from shows on pointing
// at it.
std::string wide_table(const Json& items, const Section& section) {
  std::string out = "<div class=\"wide\"><table>\n<tr>";
  std::vector<const Field*> columns;
  for (const Field& field : section.fields) {
    const auto knows = [&field](const Json& item) {
      return !item[std::string(field.name)].contains("unknown");
    };
    if (!std::ranges::any_of(items, knows)) continue;
    columns.push_back(&field);
    out += "<th scope=\"col\">" + html_escaped(field.title) + "</th>";
  }
  out += "</tr>\n";
  for (const Json& item : items) {
    out += "<tr>";
    for (const Field* field : columns) {
      const Json& fact = item[std::string(field->name)];
      const bool unknown = fact.contains("unknown");
      const std::string from = unknown                   ? "unknown: " + fact["unknown"].get<std::string>()
                               : fact.contains("source") ? fact["source"].get<std::string>()
                                                         : "";
      out += "<td title=\"" + html_escaped(from) + "\">" +
             (unknown ? "<span class=\"unknown\">unknown</span>" : value_html(fact, *field)) + "</td>";
    }
    out += "</tr>\n";
  }
  return out + "</table></div>\n";
}

std::string list_html(const Json& list, const Section& section) {
  constexpr size_t kFew = 3;
  std::string out;
  const Json& items = list["items"];
  const bool wide = items.size() > kFew;
  if (wide) out += wide_table(items, section);
  for (size_t i = 0; i < items.size() && !wide; ++i) {
    if (items.size() > 1)
      out += "<h3>" + std::to_string(i + 1) + " of " + std::to_string(items.size()) + "</h3>\n";
    out += table(items[i], section);
  }
  if (list.contains("unknown")) {
    out += "<p class=\"unknown\">" +
           html_escaped((items.empty() ? "unknown: " : "there may be more: ") +
                        list["unknown"].get<std::string>()) +
           "</p>\n";
  } else if (items.empty()) {
    out += "<p class=\"note\">none: " + html_escaped(list["source"].get<std::string>()) + "</p>\n";
  }
  return out;
}

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string html(const Json& report, std::span<const Section> sections, std::string_view title) {
  std::string links, body;
  for (const Section& section : sections) {
    const std::string name(section.name), heading = html_escaped(section.title);
    links += "<a href=\"#" + name + "\">" + heading + "</a>\n";
    body += "<section><h2 id=\"" + name + "\">" + heading + "</h2>\n" +
            (section.is_list ? list_html(report[name], section) : table(report[name], section)) +
            "</section>\n";
  }
  return html_page(
      {.title = std::string(title),
       .note = "Every field has a value with its source, or the reason why it is not known. Point at a "
               "title to see why a difference would matter.",
       .links = links,
       .body = body});
}

std::string html_page(const HtmlPage& page) {
  const std::string title = html_escaped(page.title);
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         title + "</title>\n<style>" + std::string(kStyle) + std::string(page.style) +
         "</style>\n</head>\n<body>\n<h1>" + title + "</h1>\n<p class=\"note\">" + html_escaped(page.note) +
         "</p>\n<nav>\n" + page.links + "</nav>\n" + page.body + "</body>\n</html>\n";
}

}  // namespace ibid::report
