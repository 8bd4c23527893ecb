#include "platform/file_error.h"

#include <cerrno>
#include <string>
#include <system_error>

namespace ibid::platform {
namespace {

struct Diagnosis {
  ErrorCode code;
  std::string_view hint;
};

Diagnosis diagnose(int error_number) {
  switch (error_number) {
    case ENOENT:
      return {ErrorCode::kNotFound, "check the path; relative paths start at the current folder"};
    case ENOTDIR:
    case EISDIR:
      return {ErrorCode::kNotFound,
              "a file stands where a folder is needed, or the other way round: choose another path"};
    case EACCES:
    case EPERM:
      return {ErrorCode::kPermission, "change the permissions, or choose a path that belongs to you"};
    case EROFS:
      return {ErrorCode::kPermission, "the file system is mounted read-only: choose a path on another one"};
    case ENOSPC:
      return {ErrorCode::kDiskFull,
              "free some space there (df -h shows it), or choose a path on another disk"};
    case EDQUOT:
      return {ErrorCode::kDiskFull, "your quota is used up: free some space or choose another disk"};
    case EFBIG:
      return {ErrorCode::kDiskFull,
              "a limit on the size of files is in force (ulimit -f): raise it or choose another disk"};
    case EMFILE:
    case ENFILE:
      return {ErrorCode::kIo, "too many files are open: raise the limit (ulimit -n)"};
    case ENAMETOOLONG:
      return {ErrorCode::kUsage, "choose a shorter path"};
    default:
      return {ErrorCode::kIo, "try again; if it persists, check the disk and the system's log"};
  }
}

}  // namespace

Error file_error(std::string_view action, const std::filesystem::path& path, int error_number) {
  const Diagnosis diagnosis = diagnose(error_number);
  return Error(diagnosis.code,
               "cannot " + std::string(action) + " '" + path.string() +
                   "': " + std::generic_category().message(error_number),
               std::string(diagnosis.hint));
}

}  // namespace ibid::platform
