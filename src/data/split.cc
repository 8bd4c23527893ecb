#include "data/split.h"

#include <algorithm>

#include "base/number_text.h"
#include "base/random_stream.h"

namespace ibid::data {

Result<Split> split_samples(int64_t n, int64_t n_first, uint64_t seed) {
  if (n_first < 0 || n_first > n) {
    return Error(ErrorCode::kConfig,
                 "cannot take " + number_text(n_first) + " of " + number_text(n) + " samples",
                 "choose a number from 0 to " + number_text(n));
  }
  IBID_ASSIGN(const RandomStream stream, RandomStream::create(seed, {.purpose = RandomPurpose::kSplit}));
  IBID_ASSIGN(const std::vector<uint32_t> order, random_permutation(stream, n));
  const auto middle = order.begin() + n_first;
  Split split{{order.begin(), middle}, {middle, order.end()}};
  std::sort(split.first.begin(), split.first.end());
  std::sort(split.second.begin(), split.second.end());
  return split;
}

}  // namespace ibid::data
