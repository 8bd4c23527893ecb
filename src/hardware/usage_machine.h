#pragma once

#include <cstdint>
#include <map>

#include "hardware/machine.h"
#include "hardware/report_fields.h"

namespace ibid::hardware {

// The whole machine, looked at again and again: which cores were busy, how much memory was in use.
class WholeMachine {
 public:
  explicit WholeMachine(const Machine& machine) : machine_(&machine) {}

  void look();
  void write(Used& used) const;

 private:
  void look_at_cores();
  void look_at_memory();

  const Machine* machine_;
  std::map<int64_t, int64_t> first_busy_ticks_, last_busy_ticks_;  // by core
  int64_t max_processes_ = 0, max_threads_ = -1, max_memory_bytes_ = -1;
};

}  // namespace ibid::hardware
