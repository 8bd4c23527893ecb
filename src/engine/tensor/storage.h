#pragma once

#include <cstddef>
#include <cstdint>

namespace ibid {

// One block of 64-byte aligned memory that tensors share. Blocks come from and go back to a process-wide cache of
// free blocks: a training step asks for the same sizes again and again, and fresh pages from the operating system
// cost more than the arithmetic done in them.
class Storage {
 public:
  explicit Storage(int64_t size_bytes);
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }

 private:
  std::byte* data_;
  int64_t capacity_bytes_;
};

}  // namespace ibid
