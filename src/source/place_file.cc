#include "source/place_file.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "data/quoted_name.h"
#include "platform/atomic_file.h"
#include "platform/file_error.h"
#include "platform/folder_scan.h"
#include "source/git_repository.h"

namespace ibid::source {
namespace {

namespace fs = std::filesystem;
using platform::FileKind;
using platform::Path;

bool is_safe_name(const std::string& name) {
  std::string small = name;
  for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return !name.empty() && name != "." && name != ".." && small != ".git";
}

// Executable for everybody who may read it, as git does it.
Result<void> make_executable(const Path& path) {
  std::error_code problem;
  const fs::perms readable = fs::status(path, problem).permissions();
  fs::perms wanted = fs::perms::owner_exec;
  if ((readable & fs::perms::group_read) != fs::perms::none) wanted |= fs::perms::group_exec;
  if ((readable & fs::perms::others_read) != fs::perms::none) wanted |= fs::perms::others_exec;
  if (!problem) fs::permissions(path, wanted, fs::perm_options::add, problem);
  if (problem) return platform::file_error("make executable", path, problem.value());
  return {};
}

}  // namespace

bool is_safe_path(std::string_view path) {
  return path.find('\0') == std::string_view::npos && std::ranges::all_of(split(path, '/'), is_safe_name);
}

Result<void> check_place(const Path& folder, const std::string& path) {
  if (!is_safe_path(path)) {
    return Error(ErrorCode::kMalformed, data::quoted_name(path) + " is not the path of a file in a folder",
                 "the record or the patch was altered: take it again from where it was written");
  }
  Path place = folder;
  for (const std::string& name : split(path, '/')) {
    const auto status = platform::status_of(place);
    if (status.ok() && status.value().kind == FileKind::kLink && place != folder) {
      return Error(ErrorCode::kMalformed,
                   data::quoted_name(path) + " leads through the link '" + place.string() + "'",
                   "the record or the patch was altered: take it again from where it was written");
    }
    place /= name;
  }
  return {};
}

Result<void> place_file(const Path& folder, const std::string& path, uint32_t mode,
                        std::string_view content) {
  IBID_TRY(check_place(folder, path));
  const Path place = folder / path;
  IBID_TRY(platform::make_folders(place.parent_path()));
  if (mode == kLinkMode) {
    IBID_TRY(platform::remove_tree(place));
    std::error_code problem;
    fs::create_symlink(Path(content), place, problem);
    if (problem) return platform::file_error("write", place, problem.value());
    return {};
  }
  IBID_ASSIGN(platform::AtomicFile file, platform::AtomicFile::create(place));
  IBID_TRY(file.write(content));
  IBID_TRY(file.publish());
  return mode == kExecutableMode ? make_executable(place) : Result<void>();
}

Result<void> remove_file(const Path& folder, const std::string& path) {
  IBID_TRY(check_place(folder, path));
  std::error_code ignored;
  fs::remove(folder / path, ignored);
  // remove() leaves folders alone that have something in them.
  for (Path parent = (folder / path).parent_path(); parent != folder; parent = parent.parent_path()) {
    if (!fs::remove(parent, ignored) || ignored) break;
  }
  return {};
}

std::string reason_without_path(const Error& error) {
  if (error.code() == ErrorCode::kNotFound) return "it is not there";
  return "it cannot be read: " + std::string(meaning(error.code()));
}

Result<std::string> content_of(const Path& path, int64_t max_bytes) {
  IBID_ASSIGN(const platform::FileStatus status, platform::status_of(path));
  if (status.kind == FileKind::kLink) return platform::link_target(path);
  return platform::read_file(path, max_bytes);
}

}  // namespace ibid::source
