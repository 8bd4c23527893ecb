#include "hardware/mounts.h"

#include <algorithm>

#include "base/text.h"

namespace ibid::hardware {
namespace {

// The kernel writes blanks, line ends and backslashes in names as \040, \012, \134.
std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto octal = [&](size_t at) { return text[at] >= '0' && text[at] <= '7'; };
    if (text[i] == '\\' && i + 3 < text.size() && octal(i + 1) && octal(i + 2) && octal(i + 3)) {
      out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

// "36 35 98:0 /root /mount/point rw,noatime master:1 - ext3 /dev/sda1 rw,errors=continue": before the dash
// any number of optional fields.
std::vector<Mount> parse_mounts(std::string_view text) {
  constexpr size_t kFixed = 6, kAfterDash = 3;
  std::vector<Mount> mounts;
  for (const std::string& line : split(text, '\n')) {
    const std::vector<std::string> words = split(line, ' ');
    if (words.size() < kFixed + 1 + kAfterDash) continue;
    const auto dash = std::find(words.begin() + kFixed, words.end(), "-");
    if (words.end() - dash < static_cast<std::ptrdiff_t>(1 + kAfterDash)) continue;
    mounts.push_back({.root = unescaped(words[3]),
                      .mount_point = unescaped(words[4]),
                      .options = split(words[5], ','),
                      .file_system_options = split(dash[3], ','),
                      .type = dash[1],
                      .device = unescaped(dash[2])});
  }
  return mounts;
}

}  // namespace ibid::hardware
