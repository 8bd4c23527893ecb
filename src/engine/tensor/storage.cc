#include "engine/tensor/storage.h"

#include <bit>
#include <cstdlib>
#include <map>
#include <mutex>
#include <new>
#include <vector>

#include "ibid/tensor.h"

namespace ibid {
namespace {

constexpr int64_t kAlignment = 64;

// Free blocks by capacity, and the books.
class BlockCache {
 public:
  std::byte* take(int64_t capacity_bytes) {
    const std::lock_guard lock(mutex_);
    in_use_bytes_ += capacity_bytes;
    peak_bytes_ = in_use_bytes_ > peak_bytes_ ? in_use_bytes_ : peak_bytes_;
    auto found = free_.find(capacity_bytes);
    if (found != free_.end() && !found->second.empty()) {
      std::byte* block = found->second.back();
      found->second.pop_back();
      free_bytes_ -= capacity_bytes;
      return block;
    }
    return allocate(capacity_bytes);
  }

  void give_back(std::byte* block, int64_t capacity_bytes) {
    const std::lock_guard lock(mutex_);
    in_use_bytes_ -= capacity_bytes;
    free_[capacity_bytes].push_back(block);
    free_bytes_ += capacity_bytes;
    // More kept than ever used at once means that the sizes have moved on.
    if (free_bytes_ > peak_bytes_) release_all();
  }

  int64_t in_use_bytes() {
    const std::lock_guard lock(mutex_);
    return in_use_bytes_;
  }
  int64_t peak_bytes() {
    const std::lock_guard lock(mutex_);
    return peak_bytes_;
  }
  void reset_peak() {
    const std::lock_guard lock(mutex_);
    peak_bytes_ = in_use_bytes_;
  }

 private:
  std::byte* allocate(int64_t capacity_bytes) {
    void* block = std::aligned_alloc(kAlignment, static_cast<size_t>(capacity_bytes));
    if (block == nullptr) {
      release_all();
      block = std::aligned_alloc(kAlignment, static_cast<size_t>(capacity_bytes));
      if (block == nullptr) throw std::bad_alloc();
    }
    return static_cast<std::byte*>(block);
  }

  void release_all() {
    for (auto& [capacity, blocks] : free_) {
      for (std::byte* block : blocks) std::free(block);
    }
    free_.clear();
    free_bytes_ = 0;
  }

  std::mutex mutex_;
  std::map<int64_t, std::vector<std::byte*>> free_;
  int64_t in_use_bytes_ = 0, peak_bytes_ = 0, free_bytes_ = 0;
};

// Never destroyed: tensors in static objects may outlive any other order.
BlockCache& cache() {
  static BlockCache* instance = new BlockCache;
  return *instance;
}

// Rounded up to an eighth of a power of two, so that similar sizes share blocks and at most 12 % is wasted.
int64_t capacity_for(int64_t size_bytes) {
  if (size_bytes <= 512) return 512;
  const int64_t step = static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(size_bytes - 1))) / 8;
  const int64_t unit = step < kAlignment ? kAlignment : step;
  return (size_bytes + unit - 1) / unit * unit;
}

}  // namespace

Storage::Storage(int64_t size_bytes) : capacity_bytes_(capacity_for(size_bytes)) {
  data_ = cache().take(capacity_bytes_);
}

Storage::~Storage() { cache().give_back(data_, capacity_bytes_); }

int64_t tensor_memory_bytes() { return cache().in_use_bytes(); }
int64_t peak_tensor_memory_bytes() { return cache().peak_bytes(); }
void reset_peak_memory() { cache().reset_peak(); }

}  // namespace ibid
