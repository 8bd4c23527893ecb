#include "platform/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "platform/clock.h"
#include "platform/file_error.h"
#include "platform/signals.h"

namespace ibid::platform {

Result<FileLock> FileLock::acquire(const Path& path) {
  constexpr double kPatienceSeconds = 10, kPauseSeconds = 0.01;
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!file.valid()) return file_error("open", path, errno);
  const double begin = monotonic_seconds();
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return file_error("lock", path, errno);
    if (monotonic_seconds() - begin > kPatienceSeconds) {
      return Error(ErrorCode::kIo, "another process has held '" + path.string() + "' for ten seconds",
                   "see who does: fuser '" + path.string() + "'");
    }
    IBID_TRY(check_not_stopped());
    sleep_seconds(kPauseSeconds);
  }
  return FileLock(std::move(file));
}

}  // namespace ibid::platform
