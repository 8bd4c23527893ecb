#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ibid/io/digest.h"

namespace ibid::verify {

// The digests of one step (docs/formats/digests.md): every tensor, the root over all of them, and the chain
// that also covers every earlier entry.
struct DigestEntry {
  int64_t step = 0;
  Digest128 root;
  Digest128 chain;
  io::NamedDigests tensors;
};

using DigestLog = std::vector<DigestEntry>;

// The next entry of a log.
DigestEntry make_entry(const DigestLog& log, int64_t step, io::NamedDigests tensors);

// One line of JSON per entry.
std::string digest_line(const DigestEntry& entry);
Result<DigestEntry> parse_digest_line(std::string_view line, std::string_view name);

// Where two logs part ways.
struct Divergence {
  int64_t step = 0;
  std::vector<std::string> tensors;  // that differ there, in log order; those only one log has come last
};

// What comparing two logs found. Logs that share no step say nothing about each other.
struct LogComparison {
  int64_t n_common_steps = 0;
  std::optional<Divergence> first;
};

// The first common step whose roots differ: by binary search over the chains where both logs have the same
// steps.
LogComparison compare_logs(const DigestLog& a, const DigestLog& b);

}  // namespace ibid::verify
