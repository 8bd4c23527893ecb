#pragma once

#include <cstdint>
#include <vector>

namespace ibid {

// Who draws (section 7.1 of the standard). The numbers are part of it.
enum class RandomPurpose : uint32_t {
  kInit = 1,
  kDropout = 2,
  kChannelDropout = 3,
  kShuffle = 4,
  kSplit = 5,
  kAugmentation = 6,
  kUserTensor = 7,
  kBoostingRows = 8,
  kBoostingColumns = 9,
  kBoostingRounding = 10,
  kSyntheticData = 11,
  kConformance = 12,
  kEvaluationDropout = 13,
};

// A stream of random words, one for every element number below 2^50. Nothing advances: the word of an element
// is a function of these fields and its number alone, so any part can be drawn anywhere, in any order.
struct RandomStream {
  uint64_t seed = 0;
  uint32_t step = 0;
  uint32_t layer = 0;  // below 2^24
  uint32_t call = 0;   // below 2^16
  RandomPurpose purpose = RandomPurpose::kUserTensor;
};

// Philox4x32-10: ten rounds over a counter of four words under a key of two.
void philox(const uint32_t counter[4], const uint32_t key[2], uint32_t words[4]);

// The words of elements 4 block .. 4 block + 3. Fields out of range are a bug of the caller.
void random_block(const RandomStream& stream, uint64_t block, uint32_t words[4]);

// The words of a stream in order.
class RandomSequence {
 public:
  explicit RandomSequence(const RandomStream& stream) : stream_(stream) {}

  uint32_t next();

  // Uniform in [0, m), exactly, m >= 1.
  uint32_t draw(uint32_t m);

 private:
  RandomStream stream_;
  uint64_t n_drawn_ = 0;
  uint32_t words_[4] = {};
};

// 0 .. n-1 shuffled by Fisher and Yates (section 7.4); n < 2^32.
std::vector<int64_t> random_permutation(int64_t n, const RandomStream& stream);

}  // namespace ibid
