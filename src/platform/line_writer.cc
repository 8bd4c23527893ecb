#include "platform/line_writer.h"

#include <fcntl.h>

#include <cerrno>
#include <span>
#include <utility>

#include "platform/file_error.h"
#include "platform/write_all.h"

namespace ibid::platform {
namespace {

constexpr size_t kPendingBytes = 64 * 1024;

}  // namespace

Result<LineWriter> LineWriter::append_to(const Path& path) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666));
  if (!file.valid()) return file_error("open", path, errno);
  return LineWriter(path, std::move(file));
}

LineWriter::~LineWriter() {
  if (file_.valid()) static_cast<void>(flush());
}

Result<void> LineWriter::write_line(std::string_view line) {
  pending_ += line;
  pending_ += '\n';
  if (pending_.size() < kPendingBytes) return {};
  return flush();
}

Result<void> LineWriter::flush() {
  const std::string lines = std::exchange(pending_, {});
  return write_all(file_.get(), std::as_bytes(std::span(lines)), path_);
}

}  // namespace ibid::platform
