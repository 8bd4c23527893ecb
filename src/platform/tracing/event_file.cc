#include "platform/tracing/event_file.h"

#include <fcntl.h>

namespace ibid::platform {

EventFile EventFile::open(const Path& path) {
  return EventFile(FileDescriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)));
}

void EventFile::write(const Json& event) const {
  // A name of a file may be no UTF-8; what is not becomes U+FFFD.
  const std::string line = event.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
  [[maybe_unused]] const ssize_t count = ::write(file_.get(), line.data(), line.size());
}

}  // namespace ibid::platform
