#pragma once

#include "base/random_purpose.h"
#include "engine/kernels/random.h"

namespace ibid::kernels {

// The fields of section 7.1 that name a stream of random words.
struct RandomKey {
  uint64_t seed = 0;
  uint32_t step = 0;
  uint32_t layer = 0;  // below 2^24
  uint32_t call = 0;   // below 2^16
  RandomPurpose purpose = RandomPurpose::kUserTensor;
};

PhiloxStream philox_stream(const RandomKey& key);

}  // namespace ibid::kernels
