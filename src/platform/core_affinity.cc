#include "platform/core_affinity.h"

#include <pthread.h>
#include <sched.h>

#include <cerrno>
#include <memory>

namespace ibid::platform {
namespace {

struct FreeMask {
  void operator()(cpu_set_t* mask) const { CPU_FREE(mask); }
};

struct Mask {
  std::unique_ptr<cpu_set_t, FreeMask> cores;
  size_t size_bytes = 0;
};

// The mask of the calling thread; without cores on failure. That of the largest machines does not fit
// cpu_set_t: asked with growing sizes.
Mask allowed_mask() noexcept {
  for (size_t n_cores = 1024; n_cores <= size_t{1} << 20; n_cores *= 2) {
    Mask mask{std::unique_ptr<cpu_set_t, FreeMask>(CPU_ALLOC(n_cores)), CPU_ALLOC_SIZE(n_cores)};
    if (mask.cores && ::sched_getaffinity(0, mask.size_bytes, mask.cores.get()) == 0) return mask;
    if (errno != EINVAL) break;
  }
  return {};
}

}  // namespace

int32_t current_core() noexcept { return ::sched_getcpu(); }

void keep_off_this_core(std::vector<std::thread>& threads) noexcept {
  const Mask mask = allowed_mask();
  const int32_t core = current_core();
  if (!mask.cores || core < 0) return;
  CPU_CLR_S(static_cast<size_t>(core), mask.size_bytes, mask.cores.get());
  if (CPU_COUNT_S(mask.size_bytes, mask.cores.get()) == 0) return;
  for (std::thread& thread : threads) {
    (void)::pthread_setaffinity_np(thread.native_handle(), mask.size_bytes, mask.cores.get());
  }
}

int64_t count_allowed_cores() noexcept {
  const Mask mask = allowed_mask();
  return mask.cores ? CPU_COUNT_S(mask.size_bytes, mask.cores.get()) : 0;
}

std::vector<int32_t> allowed_cores_list() {
  const Mask mask = allowed_mask();
  std::vector<int32_t> cores;
  for (size_t core = 0; mask.cores && core < mask.size_bytes * 8; ++core) {
    if (CPU_ISSET_S(core, mask.size_bytes, mask.cores.get())) cores.push_back(static_cast<int32_t>(core));
  }
  return cores;
}

bool use_only_cores(std::span<const int32_t> cores) noexcept {
  const Mask mask = allowed_mask();
  if (!mask.cores || cores.empty()) return false;
  CPU_ZERO_S(mask.size_bytes, mask.cores.get());
  for (const int32_t core : cores) CPU_SET_S(static_cast<size_t>(core), mask.size_bytes, mask.cores.get());
  return ::sched_setaffinity(0, mask.size_bytes, mask.cores.get()) == 0;
}

}  // namespace ibid::platform
