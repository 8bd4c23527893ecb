#include "base/text.h"

#include <algorithm>
#include <array>

#include "base/number_text.h"

namespace ibid {

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (&part != parts.data()) text += separator;
    text += part;
  }
  return text;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::string format_bytes(int64_t size_bytes) {
  constexpr std::array<std::string_view, 5> kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (size_bytes < 1024) return number_text(size_bytes) + (size_bytes == 1 ? " byte" : " bytes");
  double value = static_cast<double>(size_bytes) / 1024.0;
  size_t unit = 0;
  for (; value >= 1023.95 && unit + 1 < kUnits.size(); ++unit) value /= 1024.0;
  return fixed_text(value, 1) + " " + std::string(kUnits[unit]);
}

std::optional<int64_t> parse_bytes(std::string_view text) {
  constexpr std::string_view kLetters = "KMGTP";
  constexpr double kLargest = 4e18;
  const size_t digits_end = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto number = parse_double(text.substr(0, digits_end));
  std::string unit(trim(text.substr(digits_end)));
  for (char& c : unit) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (!number) return std::nullopt;
  double factor = 1;
  if (const size_t power = unit.empty() ? std::string_view::npos : kLetters.find(unit[0]);
      power != std::string_view::npos) {
    for (size_t i = 0; i <= power; ++i) factor *= 1024;
    unit.erase(0, 1);
    if (unit == "IB") unit.clear();
  }
  if (!unit.empty() && unit != "B") return std::nullopt;
  const double size_bytes = *number * factor;
  if (!(size_bytes >= 0 && size_bytes < kLargest)) return std::nullopt;
  return static_cast<int64_t>(size_bytes);
}

std::string format_duration(double seconds) {
  if (seconds < 0) return "-" + format_duration(-seconds);
  if (seconds < 9.995) return fixed_text(seconds, 2) + " s";
  if (seconds < 59.5) return fixed_text(seconds, 0) + " s";
  const auto whole = static_cast<int64_t>(seconds + 0.5);
  if (whole < 3600) return number_text(whole / 60) + " min " + number_text(whole % 60) + " s";
  const int64_t minutes = (whole + 30) / 60;
  return number_text(minutes / 60) + " h " + number_text(minutes % 60) + " min";
}

int64_t edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the distance table: `before` is needed for the swap of two neighbours.
  std::vector<int64_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<int64_t>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    std::swap(before, above);
    std::swap(above, row);
    row[0] = static_cast<int64_t>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const int64_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, above[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::optional<std::string> closest_match(std::string_view word, std::span<const std::string> candidates) {
  const std::string* best = nullptr;
  // One slip for a word of three letters, two for six, never so many that another word results.
  int64_t best_distance = std::max<int64_t>(1, static_cast<int64_t>(word.size()) / 3) + 1;
  for (const std::string& candidate : candidates) {
    const int64_t distance = edit_distance(word, candidate);
    if (distance >= best_distance || distance >= static_cast<int64_t>(candidate.size())) continue;
    best = &candidate;
    best_distance = distance;
  }
  if (best != nullptr) return *best;
  // A beginning that fits one candidate only.
  for (const std::string& candidate : candidates) {
    if (word.size() < 2 || !candidate.starts_with(word)) continue;
    if (best != nullptr) return std::nullopt;
    best = &candidate;
  }
  return best == nullptr ? std::nullopt : std::optional(*best);
}

std::string shell_word(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:=+,%@";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos) return std::string(text);
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? "'\\''" : std::string(1, c);
  return word + "'";
}

std::vector<std::string> wrap_text(std::string_view text, int64_t width) {
  std::vector<std::string> lines;
  for (const std::string& word : split(text, ' ')) {
    if (word.empty()) continue;
    const bool fits = !lines.empty() && static_cast<int64_t>(lines.back().size() + 1 + word.size()) <= width;
    if (fits) {
      lines.back() += " " + word;
    } else {
      lines.push_back(word);
    }
  }
  return lines;
}

}  // namespace ibid
