#include "data/hash_workers.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "platform/signals.h"

namespace ibid::data {
namespace {

class TaskRun {
 public:
  TaskRun(int64_t n_tasks, const HashTask& task) : n_tasks_(n_tasks), task_(task) {}

  // Indices are handed out in ascending order, so all below a failed one were started and will be finished.
  void work(const std::function<void()>& after_task) {
    try {
      HashWorker worker;
      for (;;) {
        if (stopped_.load(std::memory_order_relaxed) || platform::stop_requested()) return;
        const int64_t index = next_.fetch_add(1, std::memory_order_relaxed);
        if (index >= n_tasks_) return;
        if (Result<void> result = task_(index, worker); !result.ok()) keep(index, std::move(result).error());
        if (after_task) after_task();
      }
    } catch (...) {  // for the thread that waits; it rethrows
      const std::lock_guard lock(mutex_);
      exception_ = std::current_exception();
      stopped_ = true;
    }
  }

  Result<void> outcome() {
    if (exception_) std::rethrow_exception(exception_);
    if (error_) return std::move(*error_);
    return platform::check_not_stopped();
  }

 private:
  void keep(int64_t index, Error error) {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    if (error_ && error_index_ < index) return;
    error_ = std::move(error);
    error_index_ = index;
  }

  int64_t n_tasks_;
  const HashTask& task_;
  std::atomic<int64_t> next_{0};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::optional<Error> error_;
  int64_t error_index_ = 0;
  std::exception_ptr exception_;
};

}  // namespace

Result<void> run_hash_tasks(int64_t n_threads, int64_t n_tasks, const HashTask& task,
                            const std::function<void()>& after_task) {
  TaskRun run(n_tasks, task);
  {
    std::vector<std::jthread> threads;
    const int64_t n_others = std::min(n_threads, n_tasks) - 1;
    for (int64_t i = 0; i < n_others; ++i) threads.emplace_back([&run] { run.work({}); });
    run.work(after_task);
  }
  return run.outcome();
}

}  // namespace ibid::data
