#include <algorithm>
#include <string>
#include <vector>

#include "base/number_text.h"
#include "base/text.h"
#include "compare/content_comparison.h"

namespace ibid::compare {
namespace {

constexpr std::string_view kKeys[] = {"/CreationDate", "/ModDate", "/ID"};
constexpr size_t kLongestValue = 512;

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// How long the text, the hexadecimal text or the list is that begins here; 0 if it is none of them, or has no
// end where a date or an identity would have it.
size_t value_length(std::string_view bytes) {
  if (bytes.empty()) return 0;
  const char open = bytes[0];
  const char close = open == '(' ? ')' : open == '<' ? '>' : open == '[' ? ']' : '\0';
  if (close == '\0') return 0;
  int depth = 0;
  for (size_t i = 0; i < std::min(bytes.size(), kLongestValue); ++i) {
    if (bytes[i] == '\\') {
      ++i;
    } else if (bytes[i] == open) {
      ++depth;
    } else if (bytes[i] == close && --depth == 0) {
      return i + 1;
    }
  }
  return 0;
}

// Without the values of the keys, and which keys had one.
std::string masked(std::string_view bytes, std::vector<std::string>& found) {
  std::string text;
  size_t copied = 0;
  for (size_t at = bytes.find('/'); at != std::string_view::npos; at = bytes.find('/', at + 1)) {
    const auto* const key =
        std::ranges::find_if(kKeys, [&](std::string_view one) { return bytes.substr(at).starts_with(one); });
    if (key == std::end(kKeys)) continue;
    size_t begin = at + key->size();
    while (begin < bytes.size() && is_blank(bytes[begin])) ++begin;
    const size_t length = value_length(bytes.substr(begin));
    if (length == 0) continue;
    text += bytes.substr(copied, begin - copied);
    copied = begin + length;
    if (std::ranges::find(found, *key) == found.end()) found.emplace_back(*key);
  }
  return text.append(bytes.substr(copied));
}

}  // namespace

Finding compare_pdf(std::string_view a, std::string_view b) {
  std::vector<std::string> left_out;
  const std::string x = masked(a, left_out), y = masked(b, left_out);
  std::ranges::sort(left_out);
  const std::string keys = left_out.empty() ? "nothing" : join(left_out, ", ");
  Finding finding{.same = x == y, .summary = {}, .details = {{"left_out", left_out}}};
  if (finding.same) {
    finding.summary = "the same but for " + keys;
    return finding;
  }
  const auto offset = std::ranges::mismatch(x, y).in1 - x.begin();
  finding.summary =
      "the bytes differ from offset " + number_text(int64_t{offset}) + " on, counted without " + keys;
  return finding;
}

}  // namespace ibid::compare
