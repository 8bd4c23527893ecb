#include "cli/report_text.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "report/value_text.h"

namespace ibid::cli {
namespace {

size_t title_width(const report::Section& section) {
  size_t width = 0;
  for (const report::Field& field : section.fields) width = std::max(width, field.title.size());
  return width;
}

void print_wrapped(const std::string& text, size_t indent, Style style, Console& console) {
  bool first = true;
  const int64_t width = std::max<int64_t>(40, console.width() - static_cast<int64_t>(indent));
  for (const std::string& line : wrap_text(text, width)) {
    if (!first) console.print(std::string(indent, ' '));
    console.print(console.styled(style, line) + "\n");
    first = false;
  }
}

void print_fact(const Json& fact, const report::Field& field, size_t width, Console& console) {
  const size_t indent = width + 4;
  console.print("  " + std::string(field.title) + std::string(width - field.title.size() + 2, ' '));
  if (fact.contains("unknown")) {
    print_wrapped("unknown: " + fact["unknown"].get<std::string>(), indent, Style::kDim, console);
    return;
  }
  if (fact.contains("redacted")) {
    print_wrapped("left out: " + fact["redacted"].get<std::string>(), indent, Style::kDim, console);
    return;
  }
  print_wrapped(report::value_text(fact["value"], field), indent, Style::kPlain, console);
  if (!fact.contains("also")) return;
  for (const Json& other : fact["also"]) {
    console.print(std::string(indent, ' '));
    print_wrapped("but " + report::value_text(other["value"], field) + " by " +
                      other["source"].get<std::string>() + " (above by " + fact["source"].get<std::string>() +
                      ")",
                  indent, Style::kWarning, console);
  }
}

void print_item(const Json& item, const report::Section& section, Console& console) {
  for (const report::Field& field : section.fields)
    print_fact(item[std::string(field.name)], field, title_width(section), console);
}

std::string brief_cell(const Json& item, const report::Section& section, std::string_view name) {
  const Json& fact = item[std::string(name)];
  if (!fact.contains("value")) return "-";
  for (const report::Field& field : section.fields) {
    if (field.name == name) return report::value_text(fact["value"], field);
  }
  return {};
}

// One line an item: the whole of it is for JSON, HTML and Markdown.
void print_brief(const Json& items, const report::Section& section, Console& console) {
  std::vector<size_t> widths;
  for (std::string_view name : section.brief) {
    size_t width = 0;
    for (const Json& item : items) width = std::max(width, brief_cell(item, section, name).size());
    widths.push_back(std::min<size_t>(width, 60));
  }
  for (const Json& item : items) {
    std::string line;
    for (size_t i = 0; i < widths.size(); ++i) {
      const std::string cell = brief_cell(item, section, section.brief[i]);
      line += "  " + cell + std::string(widths[i] > cell.size() ? widths[i] - cell.size() : 0, ' ');
    }
    console.print(line.substr(0, line.find_last_not_of(' ') + 1) + "\n");
  }
}

void print_list(const Json& list, const report::Section& section, Console& console) {
  constexpr size_t kFew = 3;
  const Json& items = list["items"];
  const bool brief = !section.brief.empty() && items.size() > kFew;
  if (brief) print_brief(items, section, console);
  for (size_t i = 0; i < items.size() && !brief; ++i) {
    if (items.size() > 1)
      console.print("  " + console.styled(Style::kBold, std::to_string(i + 1) + ".") + "\n");
    print_item(items[i], section, console);
  }
  if (list.contains("unknown")) {
    console.print("  ");
    print_wrapped((items.empty() ? "unknown: " : "there may be more: ") + list["unknown"].get<std::string>(),
                  2, Style::kDim, console);
  } else if (items.empty()) {
    console.print("  ");
    print_wrapped("none: " + list["source"].get<std::string>(), 2, Style::kPlain, console);
  }
}

}  // namespace

void print_report(const Json& report, std::span<const report::Section> sections, Console& console) {
  bool first = true;
  for (const report::Section& section : sections) {
    const Json& content = report[std::string(section.name)];
    console.print((first ? "" : "\n") + console.styled(Style::kBold, section.title) + "\n");
    first = false;
    if (section.is_list) {
      print_list(content, section, console);
    } else {
      print_item(content, section, console);
    }
  }
}

}  // namespace ibid::cli
