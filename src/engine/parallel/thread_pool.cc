#include "engine/parallel/thread_pool.h"

#include "base/check.h"
#include "engine/parallel/fp_state.h"

namespace ibid::parallel {
namespace {

// How often a worker looks for the next job before it sleeps: 50 to 100 microseconds, which is longer than
// the gap between most kernels of one training step and not longer than waking up takes. Much more would take
// a core from whatever runs beside the training.
constexpr int kPolls = 2000;

inline void pause_briefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

constexpr int64_t kAlignment = 64;

// The worker index while this thread executes a task of a pool, else -1.
thread_local int32_t current_worker = -1;

}  // namespace

void* ThreadPool::Buffer::reserve(int64_t wanted_bytes) {
  if (wanted_bytes > size_bytes) {
    memory.reset();
    memory = std::make_unique_for_overwrite<std::byte[]>(static_cast<size_t>(wanted_bytes + kAlignment));
    size_bytes = wanted_bytes;
  }
  void* start = memory.get();
  size_t space = static_cast<size_t>(size_bytes + kAlignment);
  return std::align(kAlignment, static_cast<size_t>(wanted_bytes), start, space);
}

ThreadPool::ThreadPool(int32_t n_threads) : n_threads_(n_threads), scratch_(static_cast<size_t>(n_threads)) {
  IBID_CHECK(n_threads >= 1, "a thread pool needs at least one thread");
  for (int32_t worker = 1; worker < n_threads; ++worker) {
    threads_.emplace_back([this, worker] { worker_loop(worker); });
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    generation_.fetch_add(1, std::memory_order_release);
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void* ThreadPool::scratch(int32_t worker, int64_t size_bytes) noexcept {
  return scratch_[static_cast<size_t>(worker)].reserve(size_bytes);
}

void* ThreadPool::shared_scratch(int64_t size_bytes) noexcept { return shared_scratch_.reserve(size_bytes); }

void ThreadPool::run(int64_t n_tasks, kernels::TaskFunction function, void* state) noexcept {
  if (n_tasks <= 0) return;
  if (current_worker >= 0) {  // nested: this thread already is a worker
    for (int64_t task = 0; task < n_tasks; ++task) function(state, task, current_worker);
    return;
  }
  const FpStateGuard fp_state;
  if (n_threads_ == 1 || n_tasks == 1) {
    current_worker = 0;
    for (int64_t task = 0; task < n_tasks; ++task) function(state, task, 0);
    current_worker = -1;
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    IBID_CHECK(!running_, "two threads used one thread pool at the same time");
    running_ = true;
    function_ = function;
    state_ = state;
    n_tasks_ = n_tasks;
    next_task_.store(0, std::memory_order_relaxed);
    n_busy_.store(n_threads_ - 1, std::memory_order_relaxed);
    generation_.fetch_add(1, std::memory_order_release);
  }
  wake_.notify_all();
  grab_tasks(0);
  for (int poll = 0; poll < kPolls && n_busy_.load(std::memory_order_acquire) != 0; ++poll) pause_briefly();
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return n_busy_.load(std::memory_order_acquire) == 0; });
  running_ = false;
}

void ThreadPool::grab_tasks(int32_t worker) noexcept {
  current_worker = worker;
  for (;;) {
    const int64_t task = next_task_.fetch_add(1, std::memory_order_relaxed);
    if (task >= n_tasks_) break;
    function_(state_, task, worker);
  }
  current_worker = -1;
}

void ThreadPool::worker_loop(int32_t worker) noexcept {
  const FpStateGuard fp_state;
  uint64_t seen = 0;
  for (;;) {
    for (int poll = 0; poll < kPolls && generation_.load(std::memory_order_acquire) == seen; ++poll)
      pause_briefly();
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this, seen] { return generation_.load(std::memory_order_relaxed) != seen; });
      seen = generation_.load(std::memory_order_relaxed);
      if (stopping_) return;
    }
    IBID_CHECK(!fp_state_deviates(), "a task changed the floating-point state of its worker");
    grab_tasks(worker);
    if (n_busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      const std::lock_guard lock(mutex_);
      done_.notify_one();
    }
  }
}

}  // namespace ibid::parallel
