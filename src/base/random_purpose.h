#pragma once

#include <cstdint>

namespace ibid {

// What random numbers are drawn for (standard, section 7.1). Two purposes never share a number.
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

}  // namespace ibid
