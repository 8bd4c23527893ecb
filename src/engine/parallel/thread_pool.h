#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/kernels/executor.h"

namespace ibid::parallel {

// A fixed set of workers that grab tasks one by one; the thread that calls run() is worker 0. Which worker
// runs which task is left to chance: the standard makes results independent of it, and grabbing absorbs a
// late or slow worker. A worker that has not joined a job when its last task is taken stays out of it, so
// run() never waits for one that is still waking up. Idle workers sleep after a short wait; a pool at rest
// costs nothing.
//
// Every worker puts the standard's floating-point state in force before its first task (fp_state.h); run()
// does so for the calling thread and restores it afterwards.
//
// One run() at a time; a run() from inside a task executes its tasks in the calling worker.
class ThreadPool final : public kernels::Executor {
 public:
  // n_threads >= 1, the calling thread included.
  explicit ThreadPool(int32_t n_threads);
  ~ThreadPool();

  int32_t worker_count() const noexcept override { return n_threads_; }
  void run(int64_t n_tasks, kernels::TaskFunction function, void* state) noexcept override;
  void* scratch(int32_t worker, int64_t size_bytes) noexcept override;
  void* shared_scratch(int64_t size_bytes) noexcept override;

 private:
  struct Buffer {
    std::unique_ptr<std::byte[]> memory;
    int64_t size_bytes = 0;
    void* reserve(int64_t wanted_bytes);
  };

  void worker_loop(int32_t worker) noexcept;
  uint64_t wait_for_other_job(uint64_t seen) noexcept;
  bool join(uint64_t job) noexcept;
  void grab_tasks(int32_t worker) noexcept;
  void wake_sleepers() noexcept;
  void close_job() noexcept;

  const int32_t n_threads_;
  const int64_t n_polls_;  // before a worker sleeps
  std::vector<std::thread> threads_;
  std::vector<Buffer> scratch_;
  Buffer shared_scratch_;

  // The current job. Written by run() while no worker can join; read by workers that have joined.
  kernels::TaskFunction function_ = nullptr;
  void* state_ = nullptr;
  int64_t n_tasks_ = 0;
  std::atomic<int64_t> next_task_{0};
  // The number of the job, whether it is open, and how many workers are in it, in one word so that joining
  // and closing exclude each other.
  std::atomic<uint64_t> job_{0};
  std::atomic<bool> running_{false};
  std::atomic<bool> stopping_{false};

  // A worker sleeps on `wake_` and counts itself here before; run() takes the mutex only for sleepers.
  std::atomic<int32_t> n_sleeping_{0};
  int32_t avoided_core_ = -1;  // where the workers are not to wake up
  std::mutex mutex_;
  std::condition_variable wake_;
};

}  // namespace ibid::parallel
