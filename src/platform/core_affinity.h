#pragma once

#include <cstdint>
#include <span>
#include <thread>
#include <vector>

namespace ibid::platform {

// The core that the calling thread runs on, or -1 where the system does not say.
int32_t current_core() noexcept;

// Lets `threads` run on every core the calling thread may use but the one it is on. A scheduler that wakes a
// thread tends to put it on the core of whoever woke it; this one then has to wait for the other to be done.
// Changes nothing where no core would be left. Errors are ignored: placement is a matter of speed alone.
void keep_off_this_core(std::vector<std::thread>& threads) noexcept;

// How many cores the calling thread may use, or 0 where the system does not say.
int64_t count_allowed_cores() noexcept;

// Their numbers, ascending; none where the system does not say.
std::vector<int32_t> allowed_cores_list();

// From now on the calling thread, and what it starts, may use these cores alone. False: the system refused.
bool use_only_cores(std::span<const int32_t> cores) noexcept;

}  // namespace ibid::platform
