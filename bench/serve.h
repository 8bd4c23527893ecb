#pragma once
// For peers that cannot live in our process (Python): we and the peer are two processes that answer the same
// orders on their standard input, and a driver (bench/against_torch.py) lets them take turns.
//
//   list               the names of the cases, separated by tabs
//   run CALLS NAME     seconds a call, and how often the process was interrupted meanwhile
//   memory             bytes of memory that the process had at its peak above what it had before its first
//   case quit
//
// Every answer is one line.

#include <functional>
#include <string>
#include <vector>

#include "bench/harness.h"

namespace ibid::bench {

struct Case {
  std::string name;
  // Builds the operands and returns the call to be timed, which owns them. One case is alive at a time.
  std::function<std::function<void()>()> prepare;
};

// Answers orders until the end of the input; without options.serve prints the median time of every case.
int run_cases(const std::vector<Case>& cases, const Options& options);

}  // namespace ibid::bench
