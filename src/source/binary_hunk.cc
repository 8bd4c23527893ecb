#include "source/binary_hunk.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/number_text.h"

namespace ibid::source {
namespace {

constexpr std::string_view kDigits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
constexpr size_t kBytesPerLine = 52;
constexpr size_t kGroupBytes = 4, kGroupDigits = 5;
constexpr int64_t kMaxContentBytes = int64_t{1} << 32;
// The best that deflate can do.
constexpr int64_t kLargestRatio = 1040;

Error damaged(std::string_view what) {
  return Error(ErrorCode::kMalformed, "a binary part of the patch " + std::string(what),
               "the patch was altered: take it again from the store it was written to");
}

char length_letter(size_t length) {
  return static_cast<char>(length <= 26 ? 'A' + static_cast<int>(length) - 1
                                        : 'a' + static_cast<int>(length) - 27);
}

// 0: no such letter.
size_t length_of(char letter) {
  if (letter >= 'A' && letter <= 'Z') return static_cast<size_t>(letter - 'A' + 1);
  return letter >= 'a' && letter <= 'z' ? static_cast<size_t>(letter - 'a' + 27) : 0;
}

std::string encoded_line(std::string_view bytes) {
  std::string line(1, length_letter(bytes.size()));
  for (size_t at = 0; at < bytes.size(); at += kGroupBytes) {
    uint32_t value = 0;
    for (size_t i = at; i < at + kGroupBytes; ++i)
      value = value << 8 | (i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : 0U);
    std::array<char, kGroupDigits> digits;
    for (size_t i = kGroupDigits; i-- > 0; value /= 85) digits[i] = kDigits[value % 85];
    line.append(digits.data(), digits.size());
  }
  return line + "\n";
}

bool decode_line(std::string_view line, std::string& bytes) {
  const size_t length = line.empty() ? 0 : length_of(line[0]);
  const size_t n_groups = (length + kGroupBytes - 1) / kGroupBytes;
  if (length == 0 || line.size() != 1 + n_groups * kGroupDigits) return false;
  const size_t end = bytes.size() + length;
  for (size_t group = 0; group < n_groups; ++group) {
    uint64_t value = 0;
    for (size_t i = 0; i < kGroupDigits; ++i) {
      const size_t digit = kDigits.find(line[1 + group * kGroupDigits + i]);
      if (digit == std::string_view::npos) return false;
      value = value * 85 + digit;
    }
    if (value > UINT32_MAX) return false;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
  }
  bytes.resize(end);
  return true;
}

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  return line;
}

}  // namespace

Result<std::string> binary_hunk(std::string_view content) {
  uLongf size = compressBound(content.size());
  std::string packed(size, '\0');
  if (compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                reinterpret_cast<const Bytef*>(content.data()), content.size(),
                Z_DEFAULT_COMPRESSION) != Z_OK)
    return Error(ErrorCode::kOutOfMemory, "no memory to compress a file of the patch", "lower --max-file");
  packed.resize(size);
  std::string text = "literal " + number_text(uint64_t{content.size()}) + "\n";
  for (size_t at = 0; at < packed.size(); at += kBytesPerLine)
    text += encoded_line(std::string_view(packed).substr(at, kBytesPerLine));
  return text + "\n";
}

Result<std::string> parse_binary_hunk(std::string_view& text) {
  std::string_view head = take_line(text);
  if (!head.starts_with("literal ")) return damaged("is not written out");
  head.remove_prefix(8);
  const auto size_bytes = parse_int64(head);
  std::string packed;
  for (;;) {
    if (text.empty()) return damaged("has no end");
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    if (!decode_line(line, packed)) return damaged("has a line that is none");
  }
  if (!size_bytes || *size_bytes < 0 || *size_bytes > kMaxContentBytes ||
      *size_bytes > static_cast<int64_t>(packed.size()) * kLargestRatio)
    return damaged("has an impossible size");
  // One byte more than promised, so that more than promised shows.
  uLongf size = static_cast<uLongf>(*size_bytes) + 1;
  std::string content(size, '\0');
  const int status = uncompress(reinterpret_cast<Bytef*>(content.data()), &size,
                                reinterpret_cast<const Bytef*>(packed.data()), packed.size());
  if (status != Z_OK || size != static_cast<uLongf>(*size_bytes)) return damaged("cannot be unpacked");
  content.resize(size);
  return content;
}

}  // namespace ibid::source
