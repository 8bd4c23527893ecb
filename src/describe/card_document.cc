#include "describe/card_document.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/number_text.h"
#include "base/text.h"
#include "data/quoted_name.h"
#include "platform/file.h"

namespace ibid::describe {
namespace {

using report::DocumentLine;
using report::DocumentSection;
using report::DocumentTable;
using report::Tone;

constexpr size_t kMaxCellBytes = 60;
constexpr size_t kBriefRows = 40;
constexpr size_t kBriefClasses = 20;

std::string text_of(const Json& value) { return value.get<std::string>(); }

// Digits in groups of three.
std::string count_text(const Json& value) {
  std::string digits = number_text(value.get<int64_t>());
  for (size_t at = digits.size(); at > 3 && digits[at - 4] != '-';) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

// "1 row", "2,000 rows".
std::string counted(const Json& n, const std::string& word) {
  return count_text(n) + " " + word + (n == 1 ? "" : "s");
}

// Five digits, for people: the JSON has them all.
std::string short_number(double value) {
  if (value == std::trunc(value) && std::abs(value) < 1e9) return number_text(static_cast<int64_t>(value));
  std::array<char, 32> buffer{};
  const auto [end, problem] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::general, 5);
  return problem == std::errc() ? std::string(buffer.data(), end) : number_text(value);
}

std::string percent_text(double share) { return fixed_text(100 * share, 2) + " %"; }

// Names and values come from outside: control characters must not reach a terminal.
std::string shown(std::string_view text) {
  const std::string quoted = data::quoted_name(text.substr(0, kMaxCellBytes));
  std::string inner = quoted.substr(1, quoted.size() - 2);
  if (text.size() > kMaxCellBytes) inner += "...";
  const bool plain = inner.size() == text.size() && trim(text).size() == text.size() && !text.empty();
  return plain || text.size() > kMaxCellBytes ? inner : quoted;
}

DocumentLine unknown_line(const std::string& label, const Json& unknown) {
  return {Tone::kQuiet, label, "unknown: " + text_of(unknown["unknown"])};
}

DocumentSection findings_section(const Json& card) {
  DocumentSection section{.title = "Findings"};
  for (const Json& finding : card["findings"]) {
    const bool strict = finding["strict"].get<bool>();
    section.lines.push_back(
        {strict ? Tone::kBad : Tone::kWarning,
         text_of(finding["factor"]) + " (" + text_of(finding["kind"]) + "):", text_of(finding["text"])});
  }
  if (section.lines.empty())
    section.lines.push_back(
        {Tone::kGood, "", "none of the checks found anything; see below what was checked"});
  return section;
}

DocumentSection splits_section(const Json& card) {
  DocumentSection section{.title = "Splits and files"};
  for (const auto& [title, text] : card["reading"].items())
    section.lines.push_back({Tone::kPlain, title + ":", text_of(text)});
  DocumentTable& table = section.table;
  table.header = {"split", text_of(card["item"]) + "s", "share", "file", "bytes", "SHA-256"};
  table.right = {false, true, true, false, true, false};
  for (const Json& split : card["splits"]) {
    for (const Json& file : split["files"]) {
      const Json& digest = file["sha256"];
      table.rows.push_back({shown(text_of(split["name"])), count_text(file["items"]),
                            percent_text(split["share"].get<double>()),
                            shown(platform::Path(text_of(file["path"])).filename().string()),
                            count_text(file["bytes"]),
                            digest.contains("value") ? text_of(digest["value"]).substr(0, 16) + "..."
                                                     : "unknown: " + text_of(digest["unknown"])});
    }
  }
  table.n_brief = kBriefRows;
  return section;
}

DocumentSection label_section(const Json& card) {
  DocumentSection section{.title = "Label"};
  const Json& label = card["label"];
  if (label.contains("unknown")) {
    section.lines.push_back(unknown_line("label:", label));
    return section;
  }
  section.lines.push_back({Tone::kPlain, "label:", shown(text_of(label["name"]))});
  if (!label["classes"].is_array()) {
    section.lines.push_back(unknown_line("classes:", label["classes"]));
    return section;
  }
  section.lines.push_back({Tone::kPlain, "balance:",
                           "largest to smallest class " +
                               fixed_text(label["imbalance_ratio"].get<double>(), 2) + ", entropy " +
                               fixed_text(label["entropy_bits"].get<double>(), 3) + " bits, " +
                               percent_text(label["evenness"].get<double>()) + " of that of equal classes"});
  DocumentTable& table = section.table;
  table.header = {"class", text_of(card["item"]) + "s", "share"};
  table.right = {false, true, true};
  table.bar_column = 2;
  table.n_brief = kBriefClasses;
  int64_t total = 0;
  for (const Json& item : label["classes"]) total += item["items"].get<int64_t>();
  const bool several = card["splits"].size() > 1;
  for (const Json& split : card["splits"]) {
    if (several) table.header.push_back(shown(text_of(split["name"])));
    table.right.push_back(true);
  }
  for (const Json& item : label["classes"]) {
    std::vector<std::string> row = {shown(text_of(item["label"])), count_text(item["items"]),
                                    percent_text(static_cast<double>(item["items"].get<int64_t>()) /
                                                 static_cast<double>(std::max<int64_t>(1, total)))};
    for (const Json& count : item["by_split"]) {
      if (several) row.push_back(count_text(count));
    }
    table.rows.push_back(std::move(row));
  }
  return section;
}

std::string examples_text(const Json& examples) {
  std::string text;
  for (const Json& example : examples) {
    text += text.empty() ? "" : "; ";
    std::string items;
    for (const Json& item : example)
      items += (items.empty() ? "" : " = ") + text_of(item["split"]) + ": " + text_of(item["item"]);
    text += items;
  }
  return text;
}

DocumentSection equal_section(const Json& card) {
  DocumentSection section{.title = "Equal content"};
  const std::string item = text_of(card["item"]);
  const auto add = [&](bool bad, const std::string& label, const std::string& text, const Json& examples) {
    const std::string first = examples.empty() ? "" : ", first: " + examples_text(examples);
    section.lines.push_back({bad ? Tone::kBad : Tone::kPlain, label, text + first});
  };
  for (const Json& found : card["duplicates"]) {
    add(false, "within '" + shown(text_of(found["split"])) + "':",
        found["contents"] == 0 ? "no two are equal"
                               : counted(found["surplus_items"], item) + " beyond the first of " +
                                     counted(found["contents"], "content"),
        found["examples"]);
  }
  const Json& conflicts = card["conflicts"];
  if (conflicts.contains("unknown")) {
    section.lines.push_back(unknown_line("same content, other label:", conflicts));
  } else {
    add(conflicts["items"] != 0, "same content, other label:",
        conflicts["items"] == 0
            ? "none"
            : counted(conflicts["items"], item) + " of " + counted(conflicts["contents"], "content"),
        conflicts["examples"]);
  }
  if (!card["overlaps"].is_array()) {
    section.lines.push_back(unknown_line("in two splits:", card["overlaps"]));
    return section;
  }
  for (const Json& found : card["overlaps"]) {
    add(found["contents"] != 0,
        "in '" + shown(text_of(found["a"])) + "' and '" + shown(text_of(found["b"])) + "':",
        found["contents"] == 0 ? "nothing is in both"
                               : count_text(found["items_a"]) + " and " + counted(found["items_b"], item) +
                                     " of " + counted(found["contents"], "content") + ", " +
                                     count_text(found["other_label"]) + " of these with another label",
        found["examples"]);
  }
  return section;
}

DocumentSection groups_section(const Json& card) {
  DocumentSection section{.title = "Groups"};
  const Json& groups = card["groups"];
  if (groups.contains("unknown")) {
    section.lines.push_back(unknown_line("groups:", groups));
    return section;
  }
  section.lines.push_back(
      {groups["shared"].empty() ? Tone::kGood : Tone::kBad, shown(text_of(groups["column"])) + ":",
       counted(groups["groups"], "group") + ", " + count_text(static_cast<int64_t>(groups["shared"].size())) +
           " of them in more than one split"});
  DocumentTable& table = section.table;
  table.header = {"shared group"};
  table.right = {false};
  table.n_brief = kBriefClasses;
  for (const Json& split : card["splits"]) {
    table.header.push_back(shown(text_of(split["name"])));
    table.right.push_back(true);
  }
  for (const Json& group : groups["shared"]) {
    std::vector<std::string> row = {shown(text_of(group["group"]))};
    for (const Json& count : group["by_split"]) row.push_back(count_text(count));
    table.rows.push_back(std::move(row));
  }
  return section;
}

std::string distinct_text(const Json& column) {
  return (column["distinct_exact"].get<bool>() ? "" : "about ") + count_text(column["distinct"]);
}

std::string top_text(const Json& column) {
  constexpr size_t kShown = 3;
  if (!column.contains("top")) return {};
  std::string text;
  for (size_t i = 0; i < std::min(kShown, column["top"].size()); ++i) {
    const Json& value = column["top"][i];
    text += (i > 0 ? ", " : "") + shown(text_of(value["value"])) + " (" + count_text(value["count"]) + ")";
  }
  return text;
}

DocumentSection columns_section(const Json& card) {
  DocumentSection section{.title = "Columns"};
  DocumentTable& table = section.table;
  table.header = {"column", "type", "missing", "distinct", "mean", "SD",  "min",
                  "median", "max",  "p5",      "p25",      "p75",  "p95", "most frequent"};
  table.right = {false, false, true, true, true, true, true, true, true, true, true, true, true, false};
  table.n_brief = kBriefRows;
  int64_t worst = 0;
  for (const Json& column : card["columns"]) {
    const std::string role = text_of(column["role"]);
    std::vector<std::string> row = {
        shown(text_of(column["name"])) + (role == "data" ? "" : " [" + role + "]"), text_of(column["type"]),
        count_text(column["missing"]), distinct_text(column)};
    const bool numeric = column.contains("numbers");
    for (const char* key : {"mean", "sd", "min", "median", "max", "p5", "p25", "p75", "p95"})
      row.push_back(numeric ? short_number(column["numbers"][key].get<double>()) : "");
    if (numeric) worst = std::max(worst, column["numbers"]["rank_error"].get<int64_t>());
    row.push_back(top_text(column));
    table.rows.push_back(std::move(row));
  }
  section.lines.push_back(
      {Tone::kQuiet, "",
       worst == 0 ? "quantiles are exact; SD is that of a sample (n - 1)"
                  : "quantiles may be wrong by up to " + count_text(worst) +
                        " ranks where a column has more than 10,000 values; SD is that of a sample (n - 1)"});
  return section;
}

DocumentSection shifts_section(const Json& card) {
  constexpr size_t kColumns = 10;
  DocumentSection section{.title = "Differences between splits"};
  if (card["shifts"].empty()) section.lines.push_back({Tone::kQuiet, "", "unknown: there is one split"});
  DocumentTable& table = section.table;
  table.header = {"splits", "column", "KS distance", "uncertainty", "notable"};
  table.right = {false, false, true, true, false};
  for (const Json& shift : card["shifts"]) {
    const std::string pair = shown(text_of(shift["a"])) + " / " + shown(text_of(shift["b"]));
    const Json& label = shift["label"];
    if (label.contains("unknown")) {
      section.lines.push_back(unknown_line(pair + ", classes:", label));
    } else {
      section.lines.push_back({label["notable"].get<bool>() ? Tone::kWarning : Tone::kPlain,
                               pair + ", classes:",
                               "total variation " + fixed_text(label["total_variation"].get<double>(), 4) +
                                   ", chi-square " + fixed_text(label["chi_square"].get<double>(), 2) +
                                   " at " + counted(label["degrees"], "degree") + " of freedom"});
    }
    for (size_t i = 0; i < std::min(kColumns, shift["columns"].size()); ++i) {
      const Json& column = shift["columns"][i];
      table.rows.push_back(
          {pair, shown(text_of(column["name"])), fixed_text(column["ks_distance"].get<double>(), 4),
           fixed_text(column["uncertainty"].get<double>(), 4), column["notable"].get<bool>() ? "yes" : "no"});
    }
    if (shift["columns"].size() > kColumns)
      section.lines.push_back({Tone::kQuiet, pair + ":",
                               "the ten most distant of " +
                                   count_text(static_cast<int64_t>(shift["columns"].size())) +
                                   " numeric columns are shown; the JSON has all"});
  }
  return section;
}

DocumentSection images_section(const Json& card) {
  DocumentSection section{.title = "Images"};
  DocumentTable& table = section.table;
  table.header = {"format", "width", "height", "depth", "channels", "bits", "images"};
  table.right = {false, true, true, true, true, true, true};
  table.n_brief = kBriefClasses;
  for (const Json& kind : card["images"]) {
    const auto known = [&](const char* key) { return kind[key] == 0 ? "unknown" : count_text(kind[key]); };
    table.rows.push_back({text_of(kind["format"]), known("width"), known("height"), known("depth"),
                          known("channels"), known("bits"), count_text(kind["items"])});
  }
  return section;
}

DocumentSection asked_section(const Json& card) {
  DocumentSection section{.title = "Asked of the author"};
  for (const Json& question : card["asked"]) {
    const Json& answer = question["answer"];
    const std::string label = text_of(question["key"]) + " (" + text_of(question["question"]) + "):";
    section.lines.push_back(answer.contains("unknown")
                                ? unknown_line(label, answer)
                                : DocumentLine{Tone::kPlain, label, text_of(answer["value"])});
  }
  return section;
}

}  // namespace

report::Document card_document(const Json& card, const std::string& title) {
  int64_t n_items = 0;
  for (const Json& split : card["splits"]) n_items += split["items"].get<int64_t>();
  report::Document document{.title = "Data card: " + title};
  document.subtitle = text_of(card["kind"]) + ", " + counted(n_items, text_of(card["item"])) + " in " +
                      counted(static_cast<int64_t>(card["splits"].size()), "split");
  if (!card["columns"].empty())
    document.subtitle += ", " + counted(static_cast<int64_t>(card["columns"].size()), "column");
  document.sections = {findings_section(card), splits_section(card), label_section(card),
                       equal_section(card)};
  if (!card["groups"].contains("unknown") || card["kind"] == "table")
    document.sections.push_back(groups_section(card));
  document.sections.push_back(shifts_section(card));
  if (!card["images"].empty()) document.sections.push_back(images_section(card));
  if (!card["columns"].empty()) document.sections.push_back(columns_section(card));
  document.sections.push_back(asked_section(card));
  return document;
}

}  // namespace ibid::describe
