#pragma once
// The lane rule of section 3.1 with vectors: 64 lanes are 64 / kLanes registers, which also covers the
// latency of an addition. Blocks meet in an aligned tree kept as a binary counter.

#include "engine/kernels/cpu/for_each.h"

namespace ibid::kernels {
namespace {

constexpr int64_t kLaneBlock = 4096;
constexpr int64_t kLaneCount = 64;

// Nodes arrive in order; partial[level] is the sum of a finished run of 2^level nodes. T is the type in which
// they add.
template <class T>
class AlignedTree {
 public:
  IBID_MEMBER void add(T node) {
    int level = 0;
    for (; (n_nodes_ >> level & 1) != 0; ++level) node = partial_[level] + node;
    partial_[level] = node;
    ++n_nodes_;
  }

  IBID_MEMBER T total() const {
    if (n_nodes_ == 0) return T(0);
    int level = __builtin_ctzll(n_nodes_);
    T node = partial_[level];
    for (++level; n_nodes_ >> level != 0; ++level) {
      if ((n_nodes_ >> level & 1) != 0) node = partial_[level] + node;
    }
    return node;
  }

 private:
  T partial_[52];
  uint64_t n_nodes_ = 0;
};

// The closed sum of n <= 4096 terms. step(access, i, sum) appends terms i, i + 1, ... to the chains of a
// vector. Lanes past the end keep their value: an empty lane is skipped, which the standard allows.
template <class Step>
IBID_INLINE float lane_block(int64_t n, Step&& step) {
  constexpr int64_t kRegisters = kLaneCount / simd::kLanes;
  simd::F32 lanes[kRegisters];
  for (int64_t r = 0; r < kRegisters; ++r) lanes[r] = simd::zero_f32();
  int64_t i = 0;
  for (; i + kLaneCount <= n; i += kLaneCount) {
    for (int64_t r = 0; r < kRegisters; ++r) {
      lanes[r] = step(WholeVector{}, i + r * simd::kLanes, lanes[r]);
    }
  }
  // Constant indices, so that the compiler keeps the lanes in registers.
  for (int64_t r = 0; r < kRegisters; ++r) {
    const int64_t from = i + r * simd::kLanes;
    if (from >= n) break;
    const int64_t left = n - from < simd::kLanes ? n - from : simd::kLanes;
    lanes[r] = select(simd::first_lanes_mask(left), step(PartialVector{left}, from, lanes[r]), lanes[r]);
  }
  for (int64_t half = kRegisters / 2; half >= 1; half /= 2) {
    for (int64_t r = 0; r < half; ++r) lanes[r] = lanes[r] + lanes[r + half];
  }
  return halving_sum(lanes[0]) + 0.0f;
}

// n terms in blocks; not rounded.
template <class Step>
IBID_INLINE double lane_rule(int64_t n, Step&& step) {
  if (n <= kLaneBlock) return static_cast<double>(lane_block(n, step));
  AlignedTree<double> tree;
  for (int64_t begin = 0; begin < n; begin += kLaneBlock) {
    const int64_t size = n - begin < kLaneBlock ? n - begin : kLaneBlock;
    const auto shifted = [&](auto access, int64_t i, simd::F32 sum)
                             __attribute__((always_inline)) { return step(access, begin + i, sum); };
    tree.add(static_cast<double>(lane_block(size, shifted)));
  }
  return tree.total();
}

// The maximum of f(x) over n elements by section 0.2; f is the identity, or the negation for a minimum.
template <class Transform>
IBID_INLINE float row_extreme(const float* x, int64_t n, Transform&& f) {
  using simd::F32;
  const F32 lowest = F32::of(-__builtin_inff());
  F32 best[4] = {lowest, lowest, lowest, lowest};
  simd::M32 nan = is_nan(lowest);
  int64_t i = 0;
  for (; i + 4 * simd::kLanes <= n; i += 4 * simd::kLanes) {
    for (int64_t r = 0; r < 4; ++r) {
      const F32 value = f(simd::load(x + i + r * simd::kLanes));
      nan = nan | is_nan(value);
      best[r] = hardware_max(value, best[r]);
    }
  }
  for_each_vector(i, n, [&](auto access, int64_t j) __attribute__((always_inline)) {
    F32 value = f(access.load(x + j));
    if (n - j < simd::kLanes) value = select(simd::first_lanes_mask(n - j), value, lowest);
    nan = nan | is_nan(value);
    best[0] = hardware_max(value, best[0]);
  });
  if (any(nan)) return __builtin_nanf("");
  return greatest_lane(hardware_max(hardware_max(best[0], best[1]), hardware_max(best[2], best[3])));
}

}  // namespace
}  // namespace ibid::kernels
