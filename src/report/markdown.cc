#include "report/markdown.h"

#include "report/value_text.h"

namespace ibid::report {
namespace {

std::string cell(std::string_view text) { return markdown_escaped(text); }

std::string value_cell(const Json& fact, const Field& field) {
  if (fact.contains("unknown")) return "*unknown: " + cell(fact["unknown"].get<std::string>()) + "*";
  if (fact.contains("redacted")) return "*left out: " + cell(fact["redacted"].get<std::string>()) + "*";
  std::string text = cell(value_text(fact["value"], field));
  if (fact.contains("also")) {
    for (const Json& other : fact["also"]) {
      text += "; **but " + cell(value_text(other["value"], field)) + "** by " +
              cell(other["source"].get<std::string>());
    }
  }
  return text;
}

std::string table(const Json& item, const Section& section) {
  std::string out = "| | | source |\n|---|---|---|\n";
  for (const Field& field : section.fields) {
    const Json& fact = item[std::string(field.name)];
    out += "| " + cell(field.title) + " | " + value_cell(fact, field) + " | " +
           (fact.contains("source") ? cell(fact["source"].get<std::string>()) : "") + " |\n";
  }
  return out;
}

std::string list_tables(const Json& list, const Section& section) {
  std::string out;
  const Json& items = list["items"];
  for (size_t i = 0; i < items.size(); ++i) {
    if (items.size() > 1) out += (i > 0 ? "\n**" : "**") + std::to_string(i + 1) + ".**\n\n";
    out += table(items[i], section);
  }
  const bool complete = !list.contains("unknown");
  if (!complete) {
    out += (items.empty() ? "Unknown: " : "\nThere may be more: ") +
           cell(list["unknown"].get<std::string>()) + "\n";
  } else if (items.empty()) {
    out += "None: " + cell(list["source"].get<std::string>()) + "\n";
  }
  return out;
}

}  // namespace

std::string markdown(const Json& report, std::span<const Section> sections, std::string_view title) {
  std::string out = "# " + cell(title) + "\n";
  for (const Section& section : sections) {
    const Json& content = report[std::string(section.name)];
    out += "\n## " + cell(section.title) + "\n\n" +
           (section.is_list ? list_tables(content, section) : table(content, section));
  }
  return out;
}

std::string markdown_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      out += ' ';
      continue;
    }
    if (std::string_view("|\\`*_<>[]").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace ibid::report
