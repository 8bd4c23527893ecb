#include "platform/memory_file.h"

#include <sys/mman.h>

#include <cerrno>
#include <span>

#include "base/number_text.h"
#include "platform/file_error.h"
#include "platform/process.h"
#include "platform/write_all.h"

namespace ibid::platform {

Result<MemoryFile> MemoryFile::create(std::string_view content) {
  FileDescriptor file(::memfd_create("ibid", MFD_CLOEXEC));
  if (!file.valid()) return file_error("create", "a file in memory", errno);
  IBID_TRY(write_all(file.get(), std::as_bytes(std::span(content)), "a file in memory"));
  return MemoryFile(std::move(file));
}

Path MemoryFile::path() const {
  return "/proc/" + number_text(process_id()) + "/fd/" + number_text(int64_t{file_.get()});
}

}  // namespace ibid::platform
