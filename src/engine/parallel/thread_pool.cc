#include "engine/parallel/thread_pool.h"

#include "base/check.h"
#include "engine/parallel/fp_state.h"
#include "platform/core_affinity.h"

namespace ibid::parallel {
namespace {

// How long a worker looks for the next job before it sleeps. First without a break, longer than the gap
// between most kernels of one training step; then for some milliseconds, in which the core goes to anybody
// else who wants it, because waking a sleeper takes longer than most gaps. Where there are more threads than
// processors to run them, waiting eagerly only keeps the others from working.
constexpr int64_t kEagerPolls = 2000;
constexpr int64_t kYieldingPolls = 20000;
constexpr int64_t kCrowdedPolls = 100;
constexpr int64_t kPollsPerYield = 8;

// The fields of ThreadPool::job_.
constexpr uint64_t kWorkers = (uint64_t{1} << 31) - 1;
constexpr uint64_t kOpen = uint64_t{1} << 31;
constexpr uint64_t kNextJob = uint64_t{1} << 32;

inline void pause_briefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

void wait_briefly(int64_t poll) {
  if (poll >= kEagerPolls && poll % kPollsPerYield == 0) {
    std::this_thread::yield();
  } else {
    pause_briefly();
  }
}

int64_t polls_before_sleep(int32_t n_threads) {
  const bool crowded = static_cast<uint32_t>(n_threads) > std::thread::hardware_concurrency();
  return crowded ? kCrowdedPolls : kEagerPolls + kYieldingPolls;
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

ThreadPool::ThreadPool(int32_t n_threads)
    : n_threads_(n_threads),
      n_polls_(polls_before_sleep(n_threads)),
      scratch_(static_cast<size_t>(n_threads)) {
  IBID_CHECK(n_threads >= 1, "a thread pool needs at least one thread");
  for (int32_t worker = 1; worker < n_threads; ++worker) {
    threads_.emplace_back([this, worker] { worker_loop(worker); });
  }
}

ThreadPool::~ThreadPool() {
  stopping_.store(true);
  job_.fetch_add(kNextJob);
  {
    const std::lock_guard lock(mutex_);
    wake_.notify_all();
  }
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
  IBID_CHECK(!running_.exchange(true), "two threads used one thread pool at the same time");
  function_ = function;
  state_ = state;
  n_tasks_ = n_tasks;
  next_task_.store(0, std::memory_order_relaxed);
  // Sequentially consistent, as is the sleeper's look at the job after it has counted itself: one of the two
  // sees the other.
  job_.fetch_add(kNextJob | kOpen);
  if (n_sleeping_.load() > 0) wake_sleepers();
  grab_tasks(0);
  close_job();
  running_.store(false);
}

void ThreadPool::wake_sleepers() noexcept {
  if (const int32_t core = platform::current_core(); core != avoided_core_) {
    platform::keep_off_this_core(threads_);
    avoided_core_ = core;
  }
  const std::lock_guard lock(mutex_);
  wake_.notify_all();
}

// Lets nobody in any more and waits for the workers that are in: each is running its last task.
void ThreadPool::close_job() noexcept {
  uint64_t job = job_.fetch_sub(kOpen) - kOpen;
  for (int64_t poll = 0; (job & kWorkers) != 0; ++poll) {
    wait_briefly(poll);
    job = job_.load(std::memory_order_acquire);
  }
}

// Joins the job `job` unless it is closed or another one has begun.
bool ThreadPool::join(uint64_t job) noexcept {
  uint64_t now = job_.load(std::memory_order_acquire);
  while ((now & ~kWorkers) == (job & ~kWorkers) && (now & kOpen) != 0) {
    if (job_.compare_exchange_weak(now, now + 1, std::memory_order_acquire)) return true;
  }
  return false;
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
  while (!stopping_.load()) {
    const uint64_t job = wait_for_other_job(seen);
    seen = job;
    if (!join(job)) continue;
    IBID_CHECK(!fp_state_deviates(), "a task changed the floating-point state of its worker");
    grab_tasks(worker);
    job_.fetch_sub(1, std::memory_order_release);
  }
}

// Returns the state of the first job whose number is not `seen`'s.
uint64_t ThreadPool::wait_for_other_job(uint64_t seen) noexcept {
  const auto is_other = [seen](uint64_t job) { return job / kNextJob != seen / kNextJob; };
  for (int64_t poll = 0; poll < n_polls_; ++poll) {
    const uint64_t job = job_.load(std::memory_order_acquire);
    if (is_other(job)) return job;
    wait_briefly(poll);
  }
  std::unique_lock lock(mutex_);
  n_sleeping_.fetch_add(1);
  uint64_t job = job_.load();
  wake_.wait(lock, [&] { return is_other(job = job_.load()); });
  n_sleeping_.fetch_sub(1);
  return job;
}

}  // namespace ibid::parallel
