#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"
#include "base/sha256.h"

namespace ibid::data {

// What a thread keeps from one task to the next.
struct HashWorker {
  static constexpr size_t kBufferBytes = size_t{128} << 10;  // stays in the second-level cache

  Sha256Stream stream;
  std::vector<std::byte> buffer = std::vector<std::byte>(kBufferBytes);
};

using HashTask = std::function<Result<void>(int64_t index, HashWorker& worker)>;

// Runs tasks 0 to n_tasks - 1 on the calling thread and n_threads - 1 others. The error of the lowest index
// is returned, whatever the number of threads; nothing new is started after an error or once a stop was asked
// for. `after_task` is called on the calling thread after each of its tasks.
Result<void> run_hash_tasks(int64_t n_threads, int64_t n_tasks, const HashTask& task,
                            const std::function<void()>& after_task);

}  // namespace ibid::data
