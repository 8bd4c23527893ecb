#pragma once

#include <cstdint>

#include "base/random_purpose.h"
#include "engine/kernels/executor.h"

namespace ibid::kernels {

// A stream of random words, one for every element number below 2^50 (section 7.1). Nothing advances: the word of an
// element is a function of these fields and its number alone, so any part can be drawn anywhere, in any order.
struct RandomKey {
  uint64_t seed = 0;
  uint32_t step = 0;
  uint32_t layer = 0;  // below 2^24
  uint32_t call = 0;   // below 2^16
  RandomPurpose purpose = RandomPurpose::kUserTensor;
};

// Dropout (section 7.2), forward and backward alike: y = x * scale where the stream's word for the element is
// at least `threshold`, else +0. Nothing is stored; the mask is a function of the element's number.
//
// channels = 0: element i of `size` has the number first + i. Otherwise x is samples x positions x channels,
// whole channels of a sample live or die together, and channel c of sample n has the number first + n
// channels + c; size = samples positions channels. y may be x.
template <class T>
struct DropoutArgs {
  RandomKey stream;
  uint64_t first = 0;
  uint64_t threshold = 0;  // floor(p 2^32 + 0.5)
  T scale = 1;             // T(1 / (1 - p))
  int64_t size = 0;
  int64_t channels = 0, positions = 1;
  const T* x = nullptr;
  T* y = nullptr;
};

// y[i] from the element number first + i of the stream: fma(scale, u, offset) with u uniform in [0, 1)
// (section 7.2) or standard normal (section 7.3). Random tensors of other types are these, widened.
struct RandomFillArgs {
  RandomKey stream;
  uint64_t first = 0;
  float offset = 0, scale = 1;
  int64_t size = 0;
  float* y = nullptr;
};

template <class T>
using DropoutFunction = void (*)(const DropoutArgs<T>&, Executor&) noexcept;
using RandomFillFunction = void (*)(const RandomFillArgs&, Executor&) noexcept;

}  // namespace ibid::kernels
