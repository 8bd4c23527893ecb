#include "describe/cell.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>

#include "base/number_text.h"
#include "base/text.h"

namespace ibid::describe {
namespace {

constexpr std::array<std::string_view, 9> kMissing = {"na", "n/a", "nan",  "null", "none",
                                                      "?",  "-",   "#n/a", "<na>"};
constexpr std::array<std::string_view, 4> kTruth = {"true", "false", "yes", "no"};
constexpr size_t kLongestWord = 8;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// ASCII only: what the words above are made of.
std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// "007", "-01.5": not "0", "0.5".
bool has_leading_zero(std::string_view digits) {
  return digits.size() > 1 && digits[0] == '0' && is_digit(digits[1]);
}

// Whether `text` begins as `pattern` says: 'd' is a digit, everything else itself.
bool begins_as(std::string_view text, std::string_view pattern) {
  if (text.size() < pattern.size()) return false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == 'd' ? !is_digit(text[i]) : text[i] != pattern[i]) return false;
  }
  return true;
}

bool is_date(std::string_view text) {
  constexpr std::array<std::string_view, 5> kForms = {"dddd-dd-dd", "dddd/dd/dd", "dd.dd.dddd", "dd/dd/dddd",
                                                      "dd-dd-dddd"};
  constexpr size_t kDateBytes = 10;
  for (const std::string_view form : kForms) {
    if (!begins_as(text, form)) continue;
    const std::string_view rest = text.substr(kDateBytes);
    return rest.empty() || ((rest[0] == ' ' || rest[0] == 'T') && begins_as(rest.substr(1), "dd:dd"));
  }
  return false;
}

std::optional<Cell> as_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || has_leading_zero(digits)) return std::nullopt;
  if (!is_digit(digits[0]) && digits[0] != '.' && digits[0] != 'i' && digits[0] != 'I') return std::nullopt;
  if (const auto integer = parse_int64(text)) return Cell{CellKind::kInteger, static_cast<double>(*integer)};
  const auto real = parse_double(text);
  if (!real) return std::nullopt;
  return std::isfinite(*real) ? Cell{CellKind::kReal, *real} : Cell{CellKind::kNotFinite, 0};
}

}  // namespace

Cell classify_cell(std::string_view text) {
  text = trim(text);
  if (text.empty()) return {CellKind::kMissing, 0};
  if (const auto number = as_number(text)) return *number;
  if (is_date(text)) return {CellKind::kDate, 0};
  if (text.size() > kLongestWord) return {};
  const std::string word = lower(text);
  if (std::ranges::find(kMissing, word) != kMissing.end()) return {CellKind::kMissing, 0};
  if (std::ranges::find(kTruth, word) != kTruth.end()) return {CellKind::kBoolean, 0};
  return {};
}

}  // namespace ibid::describe
