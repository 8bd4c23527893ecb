#include "engine/ops/loss_terms.h"

#include <algorithm>

#include "engine/autograd/shards.h"
#include "engine/ops/common.h"

namespace ibid::ops {
namespace {

// SUM64 over the terms of each shard of the pass, by the lane rule; terms without samples are one shard.
std::vector<double> shard_sums(const Tape& tape, const Tensor& values, bool batched) {
  const Tensor dense = values.dense();
  const int64_t n = dense.n_elements();
  std::vector<double> shards;
  if (n == 0) return shards;
  const int64_t per_shard = batched ? tape.rows_per_shard(n) : n;
  dispatch_floating(dense.dtype(), "a loss", [&]<class T>() {
    for (int64_t begin = 0; begin < n; begin += per_shard) {
      double sum = 0.0;
      kernels::ReduceRowsArgs<T> args;
      args.rows = 1;
      args.cols = std::min(per_shard, n - begin);
      args.a = dense.data<T>() + begin;
      args.sums = &sum;
      kernels_of<T>(tape.context()).reduce_rows(args, tape.context().executor());
      shards.push_back(sum);
    }
  });
  return shards;
}

}  // namespace

LossScale loss_scale(const Tape& tape, const LossTerms& terms, Reduction reduction) {
  const bool whole_step = !terms.batched || tape.step_samples() == tape.n_samples();
  double total = 0.0;
  if (terms.weights) {
    if (terms.batched && reduction == Reduction::kMean) {
      tape.require_whole_step("the mean of a loss with weights or ignored targets", "its sum");
    }
    total = autograd::fold_tree(shard_sums(tape, *terms.weights, terms.batched));
  } else {
    const int64_t n = terms.values.n_elements();
    const int64_t samples = std::max<int64_t>(tape.n_samples(), 1);
    total = static_cast<double>(whole_step ? n : n / samples * tape.step_samples());
  }
  const bool divides = reduction == Reduction::kMean;
  return {total, divides ? 1.0 / total : 1.0, divides};
}

Variable record_loss(Tape& tape, const Variable& x, const LossTerms& terms, const LossScale& scale,
                     BackwardFunction backward) {
  std::vector<double> shards = shard_sums(tape, terms.values, terms.batched);
  const double sum = autograd::fold_tree(shards);
  const double value = scale.divides ? sum / scale.total_weight : sum;
  return tape.record_loss(Tensor::scalar(value, terms.values.dtype()), x, std::move(backward),
                          std::move(shards));
}

}  // namespace ibid::ops
