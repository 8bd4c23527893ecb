#pragma once
// The inner product of section 1 for a few neighbouring outputs at once: every one of them is its own chain,
// in the order in which add() is called. Neighbours are taken together only so that the reference, which is
// also the path of processors without vector kernels, spends its time on arithmetic.

#include <cstdint>

#include "engine/kernels/gemm.h"
#include "engine/kernels/ref/ref.h"

namespace ibid::kernels {
namespace {

template <class T>
class Chains {
 public:
  static constexpr int64_t kMaxOutputs = 64;

  void start(int64_t n_outputs) {
    n_outputs_ = n_outputs;
    n_terms_ = 0;
    for (int64_t j = 0; j < n_outputs; ++j) sum_[j] = total_[j] = T(0);
  }

  // The next term of every output j: a x b[j * b_stride].
  void add(T a, const T* b, int64_t b_stride) {
    if (n_terms_ > 0 && n_terms_ % kChunk == 0) end_chunk();
    ++n_terms_;
    if (b_stride == 1) {
      for (int64_t j = 0; j < n_outputs_; ++j) sum_[j] = fused(a, b[j], sum_[j]);
    } else {
      for (int64_t j = 0; j < n_outputs_; ++j) sum_[j] = fused(a, b[j * b_stride], sum_[j]);
    }
  }

  // The results, closed with bias (none: +0): to be called once, after the last term.
  void finish(const T* bias, Activation activation, T* y, int64_t y_stride) {
    if (n_terms_ > 0) end_chunk();
    for (int64_t j = 0; j < n_outputs_; ++j) {
      const T closing = bias != nullptr ? bias[j] + T(0) : T(0);
      const T result = total_[j] + closing;
      y[j * y_stride] = activation == Activation::kRelu && result <= T(0) ? T(0) : result;
    }
  }

 private:
  void end_chunk() {
    for (int64_t j = 0; j < n_outputs_; ++j) {
      total_[j] = n_terms_ <= kChunk ? sum_[j] : total_[j] + sum_[j];
      sum_[j] = T(0);
    }
  }

  int64_t n_outputs_ = 0, n_terms_ = 0;
  T sum_[kMaxOutputs];
  T total_[kMaxOutputs];
};

// Section 6.2: shards[s * stride + j] for s < n_shards are combined level by level, (0,1)(2,3)..., into
// shards[j]; a node without right sibling passes up unchanged.
template <class T>
void fold_shards(T* shards, int64_t n_shards, int64_t stride, int64_t n) {
  for (int64_t step = 1; step < n_shards; step *= 2) {
    for (int64_t left = 0; left + step < n_shards; left += 2 * step) {
      T* a = shards + left * stride;
      const T* b = shards + (left + step) * stride;
      for (int64_t j = 0; j < n; ++j) a[j] = a[j] + b[j];
    }
  }
}

}  // namespace
}  // namespace ibid::kernels
