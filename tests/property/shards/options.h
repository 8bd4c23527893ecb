#pragma once

#include "support/seeded_tensors.h"

// What the tests of gradient shards share.
namespace ibid::test {

inline constexpr int64_t kPerShard = 2;

inline Tensor f32(const Tensor& tensor) { return tensor.to(DType::kF32); }

// A pass that begins at `first_sample` of a step of so many samples; 0: the pass is the step.
inline TapeOptions options_for(int64_t first_sample, int64_t step_samples) {
  TapeOptions options;
  options.shards = {kPerShard, first_sample, step_samples};
  options.random = {9, 4};
  return options;
}

}  // namespace ibid::test
