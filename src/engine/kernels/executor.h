#pragma once

#include <cstdint>

namespace ibid::kernels {

// One piece of work. `worker` is in [0, worker_count) and names the scratch buffer this call may use.
using TaskFunction = void (*)(void* state, int64_t task, int32_t worker) noexcept;

// What a kernel may ask of its surroundings: threads and scratch memory, nothing else.
//
// The tasks of one run() may execute in any order, on any worker, at the same time; run() returns when all
// are done. A kernel's result must therefore not depend on which worker took which task.
class Executor {
 public:
  virtual int32_t worker_count() const noexcept = 0;
  virtual void run(int64_t n_tasks, TaskFunction function, void* state) noexcept = 0;

  // At least `size_bytes` of 64-byte aligned memory that belongs to this worker until its task returns. The
  // content is unspecified; the next call for the same worker may return the same memory.
  virtual void* scratch(int32_t worker, int64_t size_bytes) noexcept = 0;

  // The same for the whole kernel call: memory that all tasks see. Only to be called outside run().
  virtual void* shared_scratch(int64_t size_bytes) noexcept = 0;

 protected:
  Executor() = default;
  Executor(const Executor&) = default;
  Executor& operator=(const Executor&) = default;
  ~Executor() = default;
};

// Runs body(task, worker) for every task. `body` must not throw. Internal linkage on purpose: this header is
// compiled for several instruction sets.
template <class Body>
static inline void parallel_for(Executor& executor, int64_t n_tasks, Body&& body) noexcept {
  using Plain = decltype(&body);
  executor.run(
      n_tasks,
      [](void* state, int64_t task, int32_t worker) noexcept { (*static_cast<Plain>(state))(task, worker); },
      const_cast<void*>(static_cast<const void*>(&body)));
}

}  // namespace ibid::kernels
