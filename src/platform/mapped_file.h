#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "base/result.h"
#include "platform/file.h"

namespace ibid::platform {

// The content of a file as memory that the operating system reads on demand. A file that another process
// shortens meanwhile ends this one: map only files that are written once.
class MappedFile {
 public:
  static Result<MappedFile> open(const Path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept
      : address_(std::exchange(other.address_, nullptr)), size_bytes_(std::exchange(other.size_bytes_, 0)) {}
  MappedFile& operator=(MappedFile&&) = delete;

  std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(address_), size_bytes_}; }

 private:
  MappedFile(void* address, size_t size_bytes) : address_(address), size_bytes_(size_bytes) {}

  void* address_;
  size_t size_bytes_;
};

}  // namespace ibid::platform
