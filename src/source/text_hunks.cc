#include "source/text_hunks.h"

#include "source/git_handles.h"

namespace ibid::source {
namespace {

int take_hunk(const git_diff_delta*, const git_diff_hunk* hunk, void* payload) {
  static_cast<TextHunks*>(payload)->text.append(hunk->header, hunk->header_len);
  return 0;
}

int take_line(const git_diff_delta*, const git_diff_hunk*, const git_diff_line* line, void* payload) {
  auto& hunks = *static_cast<TextHunks*>(payload);
  const bool added = line->origin == GIT_DIFF_LINE_ADDITION;
  const bool removed = line->origin == GIT_DIFF_LINE_DELETION;
  hunks.lines_added += added ? 1 : 0;
  hunks.lines_removed += removed ? 1 : 0;
  // The remark that a line feed is missing comes as a line that has its mark in the text.
  if (added || removed || line->origin == GIT_DIFF_LINE_CONTEXT) hunks.text += line->origin;
  hunks.text.append(line->content, line->content_len);
  return 0;
}

}  // namespace

Result<TextHunks> text_hunks(std::string_view before, std::string_view after) {
  start_git();
  git_diff_options options{};
  git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
  options.flags = GIT_DIFF_FORCE_TEXT;
  TextHunks hunks;
  if (git_diff_buffers(before.data(), before.size(), nullptr, after.data(), after.size(), nullptr, &options,
                       nullptr, nullptr, take_hunk, take_line, &hunks) != 0)
    return git_failure("compare two versions of", "a file");
  return hunks;
}

}  // namespace ibid::source
