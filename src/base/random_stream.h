#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/random_purpose.h"
#include "base/result.h"

namespace ibid {

// Which of the streams under one seed. The meaning of the fields per purpose is in section 7.1.
struct StreamName {
  RandomPurpose purpose = RandomPurpose::kUserTensor;
  int64_t step = 0;
  int64_t layer = 0;
  int64_t call = 0;
};

// The elements e = 0, 1, 2, ... of one named stream of 32-bit words, with a position.
class RandomStream {
 public:
  // An error if step does not fit 32 bits, layer 24 or call 16.
  static Result<RandomStream> create(uint64_t seed, const StreamName& name);

  // Where the next word comes from; below 2^50, which callers ensure.
  int64_t position() const { return position_; }
  void seek(int64_t element);

  uint32_t next_u32();

  // In [0, 1): a multiple of 2^-24 (section 7.2).
  double next_uniform() { return static_cast<double>(next_u32() >> 8) * 0x1p-24; }

  // Uniform in 0 .. m-1 by multiplication with rejection (section 7.4); 1 <= m < 2^32.
  uint32_t draw(uint32_t m);

 private:
  RandomStream(std::array<uint32_t, 2> key, std::array<uint32_t, 4> counter) : key_(key), counter_(counter) {}

  std::array<uint32_t, 2> key_;
  std::array<uint32_t, 4> counter_;  // of block 0
  std::array<uint32_t, 4> block_{};
  int64_t cached_block_ = -1;
  int64_t position_ = 0;
};

// 0 .. n-1 in the order of Fisher and Yates's shuffle with the stream's words from element 0 (section 7.4);
// an error if n is negative or 2^32 or more.
Result<std::vector<uint32_t>> random_permutation(RandomStream stream, int64_t n);

}  // namespace ibid
