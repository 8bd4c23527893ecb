#include "source/patch_apply.h"

#include <algorithm>
#include <limits>

#include "base/number_text.h"
#include "data/quoted_name.h"
#include "source/binary_hunk.h"
#include "source/git_repository.h"
#include "source/place_file.h"

namespace ibid::source {
namespace {

constexpr std::string_view kStart = "diff --git ";
constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  return line;
}

// The byte behind a backslash; moves `at` to its last character.
std::optional<char> escaped_byte(std::string_view text, size_t& at) {
  constexpr std::string_view kLetters = "abtnvfr";
  const char c = text[at];
  if (c == '"' || c == '\\') return c;
  if (const size_t letter = kLetters.find(c); letter != std::string_view::npos)
    return static_cast<char>(7 + letter);
  if (at + 2 >= text.size()) return std::nullopt;
  int value = 0;
  for (size_t i = 0; i < 3; ++i) {
    const char digit = text[at + i];
    if (digit < '0' || digit > '7') return std::nullopt;
    value = value * 8 + (digit - '0');
  }
  at += 2;
  return value < 256 ? std::optional(static_cast<char>(value)) : std::nullopt;
}

std::optional<std::string> unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::string name;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') {
      name += text[at];
      continue;
    }
    if (++at >= text.size()) return std::nullopt;
    const auto byte = escaped_byte(text, at);
    if (!byte) return std::nullopt;
    name += *byte;
  }
  return name;
}

// "a/PATH b/PATH": the same path twice, so its length is known.
std::optional<std::string> path_in(std::string_view names) {
  if (names.size() % 2 == 0) return std::nullopt;
  const size_t half = names.size() / 2;
  if (names[half] != ' ') return std::nullopt;
  const std::string_view first = names.substr(0, half), second = names.substr(half + 1);
  const bool is_quoted = first.starts_with('"');
  const auto a = is_quoted ? unquoted(first) : std::string(first);
  const auto b = is_quoted ? unquoted(second) : std::string(second);
  if (!a || !b || !a->starts_with("a/") || !b->starts_with("b/") || a->substr(2) != b->substr(2))
    return std::nullopt;
  return a->substr(2);
}

std::optional<uint32_t> mode_in(std::string_view text) {
  for (const auto& [word, mode] :
       {std::pair{"100644", kFileMode}, {"100755", kExecutableMode}, {"120000", kLinkMode}}) {
    if (text == word) return mode;
  }
  return std::nullopt;
}

class Parser {
 public:
  Parser(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  Result<std::vector<PatchPart>> run() {
    std::vector<PatchPart> parts;
    while (!text_.empty()) {
      IBID_ASSIGN(PatchPart part, parse_part());
      parts.push_back(std::move(part));
    }
    return parts;
  }

 private:
  Error wrong(std::string_view what, std::string_view line) const {
    return Error(ErrorCode::kMalformed,
                 std::string(name_) + ": " + std::string(what) + ": " + data::quoted_name(line.substr(0, 80)),
                 "only patches that ibid wrote can be applied here; 'git apply' takes others");
  }

  Result<PatchPart> parse_part() {
    const std::string_view start = take_line(text_);
    const auto path = start.starts_with(kStart) ? path_in(start.substr(kStart.size())) : std::nullopt;
    if (!path || !is_safe_path(*path)) return wrong("no part can start with this line", start);
    PatchPart part{.path = *path};
    while (!text_.empty() && !text_.starts_with(kStart)) {
      const std::string_view line = take_line(text_);
      if (line == "GIT binary patch") {
        IBID_ASSIGN(part.content, parse_binary_hunk(text_));
      } else if (line.starts_with("@@ ")) {
        take_hunks(line, part);
      } else if (!take_header(line, part)) {
        return wrong("this line is unknown", line);
      }
    }
    return part;
  }

  void take_hunks(std::string_view first, PatchPart& part) {
    part.hunk_lines.push_back(first);
    while (!text_.empty() && !text_.starts_with(kStart)) part.hunk_lines.push_back(take_line(text_));
  }

  static bool take_header(std::string_view line, PatchPart& part) {
    const auto mode_after = [line](std::string_view word) {
      return line.starts_with(word) ? mode_in(line.substr(word.size())) : std::nullopt;
    };
    if (const auto mode = mode_after("new file mode ")) {
      part.creates = true;
      part.new_mode = *mode;
      return true;
    }
    if (const auto mode = mode_after("deleted file mode ")) {
      part.deletes = true;
      part.old_mode = *mode;
      return true;
    }
    if (const auto mode = mode_after("old mode ")) {
      part.old_mode = *mode;
      return true;
    }
    if (const auto mode = mode_after("new mode ")) {
      part.new_mode = *mode;
      return true;
    }
    return line.starts_with("index ") || line.starts_with("--- ") || line.starts_with("+++ ");
  }

  std::string_view text_, name_;
};

// The lines of a text, each with its line feed if it has one.
class HunkApplier {
 public:
  HunkApplier(const PatchPart& part, const std::string& before) : part_(part), rest_(before) {}

  Result<std::string> run() {
    for (const std::string_view line : part_.hunk_lines) IBID_TRY(take(line));
    // What the last hunk left is as it was.
    out_ += rest_;
    return std::move(out_);
  }

 private:
  Error does_not_fit() const {
    return Error(
        ErrorCode::kMismatch,
        "the patch does not fit " + data::quoted_name(part_.path) + " at line " + number_text(line_ + 1),
        "apply it to the commit that the record names");
  }

  Result<void> take(std::string_view line) {
    if (line.starts_with("@@ -")) return skip_to(line.substr(4));
    if (line.starts_with("\\")) return drop_line_feed();
    last_ = line.empty() ? '\0' : line[0];
    if (last_ == '+') {
      out_.append(line.substr(1)).push_back('\n');
      return {};
    }
    if (last_ != ' ' && last_ != '-') return does_not_fit();
    std::string_view old;
    if (!take_old(old) || old.substr(0, old.find('\n')) != line.substr(1)) return does_not_fit();
    if (last_ == ' ') out_ += old;
    return {};
  }

  // The remark after '+': the line just written has no line feed. After ' ' and '-' it was so already.
  Result<void> drop_line_feed() {
    if (last_ != '+') return {};
    if (!out_.ends_with('\n')) return does_not_fit();
    out_.pop_back();
    return {};
  }

  bool take_old(std::string_view& line) {
    if (rest_.empty()) return false;
    const size_t end = rest_.find('\n');
    line = rest_.substr(0, end == std::string_view::npos ? end : end + 1);
    rest_.remove_prefix(line.size());
    ++line_;
    return true;
  }

  // "12,3 +12,4 @@": everything before line 12 stays. Of no line ("12,0") it is the one behind which to add.
  Result<void> skip_to(std::string_view range) {
    const size_t digits = std::min(range.find_first_not_of("0123456789"), range.size());
    const auto start = parse_int64(range.substr(0, digits));
    const bool of_none = range.substr(digits).starts_with(",0 ");
    if (!start || *start > kNoLimit / 2) return does_not_fit();
    const int64_t target = of_none ? *start : *start - 1;
    if (target < line_) return does_not_fit();
    while (line_ < target) {
      std::string_view line;
      if (!take_old(line)) return does_not_fit();
      out_ += line;
    }
    return {};
  }

  const PatchPart& part_;
  std::string_view rest_;
  std::string out_;
  int64_t line_ = 0;
  char last_ = '\0';
};

Result<uint32_t> mode_of(const PatchPart& part, const platform::Path& place) {
  if (part.new_mode != kNoMode) return part.new_mode;
  IBID_ASSIGN(const platform::FileStatus status, platform::status_of(place));
  if (status.kind == platform::FileKind::kLink) return kLinkMode;
  return status.executable ? kExecutableMode : kFileMode;
}

}  // namespace

Result<std::vector<PatchPart>> parse_patch(std::string_view text, std::string_view name) {
  return Parser(text, name).run();
}

Result<std::string> patched(const PatchPart& part, const std::string& before) {
  if (part.content) return *part.content;
  return HunkApplier(part, before).run();
}

Result<void> apply_patch(const std::vector<PatchPart>& parts, const platform::Path& folder) {
  // First what goes: a file may make room for a folder of its name, or the other way round.
  for (const PatchPart& part : parts) {
    if (part.deletes) IBID_TRY(remove_file(folder, part.path));
  }
  for (const PatchPart& part : parts) {
    if (part.deletes) continue;
    const platform::Path place = folder / part.path;
    std::string before;
    if (!part.creates) {
      IBID_ASSIGN(before, content_of(place, kNoLimit));
    }
    IBID_ASSIGN(const std::string after, patched(part, before));
    IBID_ASSIGN(const uint32_t mode, mode_of(part, place));
    IBID_TRY(place_file(folder, part.path, mode, after));
  }
  return {};
}

}  // namespace ibid::source
