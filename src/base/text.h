#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ibid {

std::string join(std::span<const std::string> parts, std::string_view separator);

// Always one part more than there are separators: "" gives {""}, "a,,b" gives {"a", "", "b"}.
std::vector<std::string> split(std::string_view text, char separator);

// Without spaces, tabs and line ends at both ends.
std::string_view trim(std::string_view text);

// As a POSIX shell has to be given it: as it is if it has plain characters only, else in single quotes.
std::string shell_word(std::string_view text);

// "917 bytes", "9.5 MiB"; units of 1024.
std::string format_bytes(int64_t size_bytes);

// The other way round: "917", "10MiB", "1.5 GiB", "64k": the first letter of the unit counts, in powers of
// 1024. Nothing if it is no size, negative, or does not fit.
std::optional<int64_t> parse_bytes(std::string_view text);

// "0.48 s", "3 min 20 s", "2 h 5 min".
std::string format_duration(double seconds);

// Least number of single-character insertions, deletions, replacements and swaps of neighbours that turn one
// text into the other.
int64_t edit_distance(std::string_view a, std::string_view b);

// What someone who typed `word` may have meant: the nearest candidate, the first of equals; none if all are
// so far off that the guess would only puzzle.
std::optional<std::string> closest_match(std::string_view word, std::span<const std::string> candidates);

// `text` broken at spaces into lines of at most `width` characters; a longer word stands alone on its line.
std::vector<std::string> wrap_text(std::string_view text, int64_t width);

}  // namespace ibid
