#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "verify/operation_log.h"

namespace ibid::verify {

// What two runs first did not have in common.
enum class OperationCause {
  kComputation,   // an operation gave other results for the same inputs
  kGenerator,     // a draw found its generator in another state
  kOutsideValue,  // a clock, a folder, entropy gave another value
  kArgument,      // something was called with another number or text
  kInput,         // an operation was given another tensor, which none of those watched had made
  kPath,          // the program did something else
};

// The first place at which the operations of two runs differ.
struct OperationDivergence {
  OperationCause cause = OperationCause::kPath;
  Operation a;
  std::optional<Operation> b;  // kPath: what the other run did there; nothing: it did no more
  std::string what;            // the name of the argument, input or output that differs
  int64_t n_same_before = 0;   // operations of its process that agree
  // The last value taken before that is another one in every run: where this may come from.
  std::optional<Operation> clock;
};

// Compares process by process; of several that differ the one that does so first. Values that are other ones
// in every run (clocks) do not count. Nothing: no difference was found.
std::optional<OperationDivergence> first_difference(const std::vector<OperationLog>& a,
                                                    const std::vector<OperationLog>& b);

// Those values that are other ones in every run and differ, one for each call and place, at most `most`.
std::vector<Operation> different_clocks(const std::vector<OperationLog>& a,
                                        const std::vector<OperationLog>& b, size_t most);

// "computation", "generator", "outside value", "argument", "input", "path": as reports name it.
const char* cause_name(OperationCause cause);

}  // namespace ibid::verify
