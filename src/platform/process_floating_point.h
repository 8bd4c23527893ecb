#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace ibid::platform {

// How a thread's processor rounds and what it does with numbers too small to be normal.
struct FloatingPointState {
  bool flush_to_zero;
  bool denormals_are_zero;
  std::string rounding;  // "to nearest", "upward", "downward", "towards zero"
};

// Of the first thread of another process, which is stopped for a moment (microseconds). Errors: it may not be
// looked into, or this processor's registers are not known here.
Result<FloatingPointState> floating_point_of_process(int64_t process_id);

}  // namespace ibid::platform
