#pragma once

#include <cstdint>

#include "engine/kernels/executor.h"

namespace ibid::kernels {

// Where a stream of section 7.1 lives: the key, and the counter of its block 0. Block b has b's low 32 bits
// in counter[0] and its high 16 bits added to counter[1]; element e is word e mod 4 of block e div 4, e <
// 2^50.
struct PhiloxStream {
  uint32_t key[2] = {};
  uint32_t counter[4] = {};
};

// Dropout (section 7.2), forward and backward alike: y = x * scale where the stream's word for the element is
// at least `threshold`, else +0. Nothing is stored; the mask is a function of the element's number.
//
// channels = 0: element i of `size` has the number first + i. Otherwise x is samples x positions x channels,
// whole channels of a sample live or die together, and channel c of sample n has the number first + n
// channels + c; size = samples positions channels. y may be x.
template <class T>
struct DropoutArgs {
  PhiloxStream stream;
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
  PhiloxStream stream;
  uint64_t first = 0;
  float offset = 0, scale = 1;
  int64_t size = 0;
  float* y = nullptr;
};

template <class T>
using DropoutFunction = void (*)(const DropoutArgs<T>&, Executor&) noexcept;
using RandomFillFunction = void (*)(const RandomFillArgs&, Executor&) noexcept;

}  // namespace ibid::kernels
