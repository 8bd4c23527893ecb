#include "platform/file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/text.h"
#include "platform/file_descriptor.h"
#include "platform/file_error.h"

namespace ibid::platform {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 20;

Error too_large(const Path& path, int64_t max_bytes) {
  return Error(
      ErrorCode::kMalformed,
      "'" + path.string() + "' is larger than the " + format_bytes(max_bytes) + " that are allowed here",
      "check that it is the right file");
}

}  // namespace

Result<std::string> read_file(const Path& path, int64_t max_bytes) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return file_error("open", path, errno);
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return file_error("examine", path, errno);
  if (S_ISDIR(status.st_mode)) return file_error("read", path, EISDIR);
  // The size is a hint only: a file may grow, and those under /proc say 0.
  std::string content(static_cast<size_t>(std::min(int64_t{status.st_size}, max_bytes)) + 1, '\0');
  size_t used = 0;
  for (;;) {
    if (used == content.size()) content.resize(used + std::max(kPieceBytes, used));
    const ssize_t count = ::read(file.get(), content.data() + used, content.size() - used);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error("read", path, errno);
    if (count == 0) break;
    used += static_cast<size_t>(count);
    if (static_cast<int64_t>(used) > max_bytes) return too_large(path, max_bytes);
  }
  content.resize(used);
  return content;
}

bool path_exists(const Path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

bool is_folder(const Path& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

Result<int64_t> size_of_file(const Path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return file_error("examine", path, errno);
  return int64_t{status.st_size};
}

Result<void> make_folders(const Path& folder) {
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem) return file_error("make the folder", folder, problem.value());
  if (!is_folder(folder)) return file_error("make the folder", folder, ENOTDIR);
  return {};
}

Result<void> remove_tree(const Path& path) {
  std::error_code problem;
  std::filesystem::remove_all(path, problem);
  if (problem) return file_error("remove", path, problem.value());
  return {};
}

Result<std::vector<Path>> list_sorted(const Path& folder) {
  std::error_code problem;
  std::vector<Path> entries;
  std::filesystem::directory_iterator entry(folder, problem);
  for (; !problem && entry != std::filesystem::directory_iterator(); entry.increment(problem)) {
    entries.push_back(entry->path());
  }
  if (problem) return file_error("list the folder", folder, problem.value());
  std::sort(entries.begin(), entries.end(),
            [](const Path& a, const Path& b) { return a.native() < b.native(); });
  return entries;
}

}  // namespace ibid::platform
