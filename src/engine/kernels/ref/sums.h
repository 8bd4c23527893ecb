#pragma once
// Section 3 as loops that any instruction set can vectorise: lanes and columns are neighbours in memory and never
// depend on one another.

#include "engine/kernels/ref/ref.h"

namespace ibid::kernels {
namespace {

constexpr int64_t kLaneBlock = 4096;   // section 3.1
constexpr int64_t kSumLanes = 64;      // section 3.1
constexpr int64_t kColumnTile = 64;    // columns worked on at a time: scheduling only
constexpr int64_t kTreeLevels = 48;

// The aligned binary tree over values pushed one by one, `Width` trees side by side: a binary counter whose digits are
// finished subtrees, collapsed from the smallest at the end.
template <int64_t Width>
class Tree64 {
 public:
  void push(const double* values) {
    double carry[Width];
    for (int64_t i = 0; i < Width; ++i) carry[i] = values[i];
    int level = 0;
    for (; (count_ >> level) & 1; ++level) {
      for (int64_t i = 0; i < Width; ++i) carry[i] = nodes_[level][i] + carry[i];
    }
    for (int64_t i = 0; i < Width; ++i) nodes_[level][i] = carry[i];
    ++count_;
  }

  void collapse(double* sums) const {
    for (int64_t i = 0; i < Width; ++i) sums[i] = 0.0;
    bool first = true;
    for (int level = 0; (count_ >> level) != 0; ++level) {
      if (((count_ >> level) & 1) == 0) continue;
      for (int64_t i = 0; i < Width; ++i) sums[i] = first ? nodes_[level][i] : nodes_[level][i] + sums[i];
      first = false;
    }
  }

 private:
  int64_t count_ = 0;
  double nodes_[kTreeLevels][Width];
};

// The lane rule (3.1) over `n` terms, unrounded: step(i, accumulator) continues the chain of term i's lane.
template <class T, class Step>
inline double lane_sum64(int64_t n, Step step) {
  Tree64<1> tree;
  for (int64_t begin = 0; begin < n; begin += kLaneBlock) {
    const int64_t size = min_of(kLaneBlock, n - begin);
    T lanes[kSumLanes];
    for (int64_t lane = 0; lane < kSumLanes; ++lane) lanes[lane] = T(0);
    int64_t i = 0;
    for (; i + kSumLanes <= size; i += kSumLanes) {
      for (int64_t lane = 0; lane < kSumLanes; ++lane) lanes[lane] = step(begin + i + lane, lanes[lane]);
    }
    for (int64_t lane = 0; i + lane < size; ++lane) lanes[lane] = step(begin + i + lane, lanes[lane]);
    for (int64_t half = kSumLanes / 2; half > 0; half /= 2) {
      for (int64_t lane = 0; lane < half; ++lane) lanes[lane] = lanes[lane] + lanes[lane + half];
    }
    const double block = static_cast<double>(lanes[0] + T(0));
    tree.push(&block);
  }
  double sum;
  tree.collapse(&sum);
  return sum;
}

// The column rule (3.2) over `rows` rows of `cols` <= kColumnTile columns, unrounded: step(r, c, accumulator)
// continues the chain of column c with row r.
template <class T, class Step>
inline void column_sums64(int64_t rows, int64_t cols, double* sums, Step step) {
  Tree64<kColumnTile> tree;
  double block[kColumnTile] = {};
  for (int64_t begin = 0; begin < rows; begin += kChunk) {
    const int64_t end = min_of(rows, begin + kChunk);
    T chain[kColumnTile];
    for (int64_t c = 0; c < cols; ++c) chain[c] = T(0);
    for (int64_t r = begin; r < end; ++r) {
      for (int64_t c = 0; c < cols; ++c) chain[c] = step(r, c, chain[c]);
    }
    for (int64_t c = 0; c < cols; ++c) block[c] = static_cast<double>(chain[c] + T(0));
    tree.push(block);
  }
  double all[kColumnTile];
  tree.collapse(all);
  for (int64_t c = 0; c < cols; ++c) sums[c] = all[c];
}

}  // namespace
}  // namespace ibid::kernels
