#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace ibid::verify {

// Executes the runs of a plan, in an order and a place of its own.
class RunExecutor {
 public:
  RunExecutor() = default;
  virtual ~RunExecutor() = default;
  RunExecutor(const RunExecutor&) = delete;
  RunExecutor& operator=(const RunExecutor&) = delete;

  // Returns when the run is finished; others may run meanwhile. Errors: it could not be recorded;
  // interrupted.
  virtual Result<void> finish(int64_t number) = 0;

  // Runs are not independent of one another if at once: why they go on one by one. Empty if they need not.
  virtual std::string one_by_one() = 0;

  // How many runs can be executed at once; 0: others decide.
  virtual int64_t at_once() const = 0;
};

}  // namespace ibid::verify
