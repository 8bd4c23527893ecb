#include "source/patch_write.h"

#include <array>

#include "source/binary_hunk.h"
#include "source/git_repository.h"
#include "source/text_hunks.h"

namespace ibid::source {
namespace {

// Nobody reads a deleted file of that size in a patch.
constexpr size_t kMaxDeletedText = size_t{1} << 20;
constexpr std::string_view kNoId = "0000000000000000000000000000000000000000";

std::string mode_text(uint32_t mode) {
  std::string text;
  for (int shift = 15; shift >= 0; shift -= 3) text += static_cast<char>('0' + (mode >> shift & 7));
  return text;
}

bool is_text(std::string_view content) { return content.find('\0') == std::string_view::npos; }

// git ends a name that has a blank with a tab, so that a date behind it could not be meant.
std::string line_name(const std::string& prefix, const std::string& path) {
  const std::string name = patch_name(prefix + path);
  return name.find(' ') != std::string::npos && name[0] != '"' ? name + "\t" : name;
}

std::string header(const std::string& path, const PatchSide& before, const PatchSide& after) {
  std::string text = "diff --git " + patch_name("a/" + path) + " " + patch_name("b/" + path) + "\n";
  if (before.mode == kNoMode) {
    text += "new file mode " + mode_text(after.mode) + "\n";
  } else if (after.mode == kNoMode) {
    text += "deleted file mode " + mode_text(before.mode) + "\n";
  } else if (before.mode != after.mode) {
    text += "old mode " + mode_text(before.mode) + "\nnew mode " + mode_text(after.mode) + "\n";
  }
  const bool both = before.mode != kNoMode && after.mode != kNoMode;
  if (both && before.id == after.id) return text;
  text += "index " + (before.mode == kNoMode ? std::string(kNoId) : before.id) + ".." +
          (after.mode == kNoMode ? std::string(kNoId) : after.id);
  return text + (both && before.mode == after.mode ? " " + mode_text(after.mode) : "") + "\n";
}

bool changes_type(const PatchSide& before, const PatchSide& after) {
  return before.mode != kNoMode && after.mode != kNoMode &&
         (before.mode == kLinkMode) != (after.mode == kLinkMode);
}

Result<FilePatch> one_part(const std::string& path, const PatchSide& before, const PatchSide& after) {
  FilePatch patch{header(path, before, after), {}, {}};
  const bool deletes_much = after.mode == kNoMode && before.content.size() > kMaxDeletedText;
  if (before.is_missing || deletes_much || !is_text(before.content) || !is_text(after.content)) {
    if (before.id == after.id) return patch;
    IBID_ASSIGN(const std::string hunk, binary_hunk(after.content));
    patch.text += "GIT binary patch\n" + hunk;
    return patch;
  }
  IBID_ASSIGN(const TextHunks hunks, text_hunks(before.content, after.content));
  patch.lines_added = hunks.lines_added;
  patch.lines_removed = hunks.lines_removed;
  if (hunks.text.empty()) return patch;
  patch.text += "--- " + (before.mode == kNoMode ? "/dev/null" : line_name("a/", path)) + "\n" + "+++ " +
                (after.mode == kNoMode ? "/dev/null" : line_name("b/", path)) + "\n" + hunks.text;
  return patch;
}

}  // namespace

std::string patch_name(std::string_view path) {
  constexpr std::string_view kLetters = "abtnvfr";  // for the bytes from 7 on
  std::string text;
  bool unusual = false;
  for (const char c : path) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\') {
      text += c;
      continue;
    }
    unusual = true;
    text += '\\';
    if (c == '"' || c == '\\') {
      text += c;
    } else if (byte >= 7 && byte <= 13) {
      text += kLetters[byte - 7U];
    } else {
      for (int shift = 6; shift >= 0; shift -= 3) text += static_cast<char>('0' + (byte >> shift & 7));
    }
  }
  return unusual ? '"' + text + '"' : text;
}

Result<FilePatch> patch_of_file(const std::string& path, const PatchSide& before, const PatchSide& after) {
  if (!changes_type(before, after)) return one_part(path, before, after);
  // As git does it: a link does not turn into a file, it makes room for one.
  IBID_ASSIGN(const FilePatch removal, one_part(path, before, {}));
  IBID_ASSIGN(FilePatch creation, one_part(path, {}, after));
  creation.text = removal.text + creation.text;
  if (removal.lines_removed) creation.lines_removed = *removal.lines_removed;
  return creation;
}

}  // namespace ibid::source
