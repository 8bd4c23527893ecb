#pragma once
// The lane rule and the aligned tree of section 3.1, as written.

#include "engine/kernels/ref/ref.h"

namespace ibid::kernels {
namespace {

// Level by level (0,1)(2,3)...; a node without right sibling passes up unchanged. Overwrites its input; of
// nothing: +0.
template <class T>
T aligned_tree(T* nodes, int64_t n) {
  if (n == 0) return T(0);
  for (int64_t stride = 1; stride < n; stride *= 2) {
    for (int64_t i = 0; i + stride < n; i += 2 * stride) nodes[i] = nodes[i] + nodes[i + stride];
  }
  return nodes[0];
}

constexpr int64_t kLaneBlock = 4096;
constexpr int64_t kLaneCount = 64;

// The closed sum of the terms [begin, end) of one block; add(sum, i) appends term i to a chain.
template <class T, class Add>
T lane_block(int64_t begin, int64_t end, Add&& add) {
  T lanes[kLaneCount] = {};
  for (int64_t i = begin; i < end; ++i) {
    T& lane = lanes[(i - begin) % kLaneCount];
    lane = add(lane, i);
  }
  for (int64_t stride = kLaneCount / 2; stride >= 1; stride /= 2) {
    for (int64_t i = 0; i < stride; ++i) lanes[i] = lanes[i] + lanes[i + stride];
  }
  return lanes[0] + T(0);
}

// The block sums meet in the tree as they come: equal to aligned_tree, in constant memory. Like the carries
// of a binary counter, partial[level] holds the sum of a finished run of 2^level blocks.
template <class T, class Add>
double lane_rule(int64_t n, Add&& add) {
  double partial[52];
  int64_t n_blocks = 0;
  for (int64_t begin = 0; begin < n; begin += kLaneBlock) {
    double node = static_cast<double>(lane_block<T>(begin, min_of(n, begin + kLaneBlock), add));
    int level = 0;
    for (; (n_blocks >> level & 1) != 0; ++level) node = partial[level] + node;
    partial[level] = node;
    ++n_blocks;
  }
  if (n_blocks == 0) return 0.0;
  int level = 0;
  while ((n_blocks >> level & 1) == 0) ++level;
  double node = partial[level];
  for (++level; n_blocks >> level != 0; ++level) {
    if ((n_blocks >> level & 1) != 0) node = partial[level] + node;
  }
  return node;
}

}  // namespace
}  // namespace ibid::kernels
