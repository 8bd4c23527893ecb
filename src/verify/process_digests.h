#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "verify/digest_log.h"
#include "verify/run_folder.h"

namespace ibid::verify {

// The digests of one process of a run. Processes that a launcher (mpirun, torchrun, srun) numbers are named
// by their rank: in which order they start is not the same twice.
struct ProcessDigests {
  std::optional<int64_t> rank;
  int64_t number = 1;  // among those without a rank, or of this rank
  DigestLog log;

  // "digests.jsonl", "digests-2.jsonl", "digests-rank-0.jsonl", "digests-rank-0-2.jsonl".
  std::string file_name() const;
  // "rank 0", "process 2"; nothing for the only one there usually is.
  std::string title() const;
};

// All of a run folder, those without a rank first, then by rank.
Result<std::vector<ProcessDigests>> read_process_digests(const RunFolder& folder);

// What comparing the digests of two runs found, process by process. `process` is the title of the one whose
// first difference has the lowest step. A process that only one run has is a difference at step 0 without
// tensors.
struct ProcessComparison {
  LogComparison digests;
  std::string process;
};

ProcessComparison compare_process_digests(const std::vector<ProcessDigests>& a,
                                          const std::vector<ProcessDigests>& b);

}  // namespace ibid::verify
