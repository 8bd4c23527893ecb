#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace ibid::verify {

// The variables by which a launcher inside a run tells a process its rank, separated by commas, the innermost
// first. Those that this process has itself say nothing about what it starts.
std::string rank_variables();

// The rank of this process among several that a launcher (mpirun, torchrun, srun) has started; nothing if it
// was started alone.
std::optional<int64_t> own_rank();

}  // namespace ibid::verify
