#include "platform/folder_scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>

#include "platform/file_error.h"
#include "platform/file_status.h"

namespace ibid::platform {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

int64_t nanoseconds(const struct timespec& time) {
  return int64_t{time.tv_sec} * 1'000'000'000 + int64_t{time.tv_nsec};
}

FileKind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return FileKind::kFile;
  if (S_ISDIR(mode)) return FileKind::kFolder;
  return S_ISLNK(mode) ? FileKind::kLink : FileKind::kSpecial;
}

}  // namespace

FileStatus file_status(const struct stat& status) {
  return {.kind = kind_of(status.st_mode),
          .executable = (status.st_mode & S_IXUSR) != 0,
          .device = uint64_t{status.st_dev},
          .inode = uint64_t{status.st_ino},
          .size_bytes = int64_t{status.st_size},
          .modified_ns = nanoseconds(status.st_mtim),
          .changed_ns = nanoseconds(status.st_ctim)};
}

Result<FileStatus> status_of(const Path& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return file_error("examine", path, errno);
  return file_status(status);
}

Result<std::vector<FolderEntry>> scan_folder(const Path& folder) {
  const std::unique_ptr<DIR, CloseFolder> stream(::opendir(folder.c_str()));
  if (!stream) return file_error("list the folder", folder, errno);
  std::vector<FolderEntry> entries;
  for (;;) {
    errno = 0;
    const struct dirent* entry = ::readdir(stream.get());
    if (entry == nullptr && errno != 0) return file_error("list the folder", folder, errno);
    if (entry == nullptr) break;
    const std::string_view name(entry->d_name);
    if (name == "." || name == "..") continue;
    struct stat status{};
    if (::fstatat(::dirfd(stream.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
      return file_error("examine", folder / name, errno);
    entries.push_back({std::string(name), file_status(status)});
  }
  std::sort(entries.begin(), entries.end(),
            [](const FolderEntry& a, const FolderEntry& b) { return a.name < b.name; });
  return entries;
}

Result<std::string> link_target(const Path& path) {
  std::string target(256, '\0');
  for (;;) {
    const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
    if (length < 0) return file_error("read the link", path, errno);
    if (static_cast<size_t>(length) < target.size()) {
      target.resize(static_cast<size_t>(length));
      return target;
    }
    target.resize(target.size() * 2);
  }
}

}  // namespace ibid::platform
