#pragma once

#include <optional>
#include <vector>

#include "ibid/ops/loss.h"
#include "ibid/tape.h"

namespace ibid::ops {

// What a loss needs once its per-term values are there (section 4.2).
struct LossTerms {
  Tensor values;                  // one per term, in raster order of the batch; absent terms hold +0
  std::optional<Tensor> weights;  // one per term when terms weigh differently, +0 for absent ones
  bool batched = true;  // terms belong to samples; else, as in a penalty on parameters, there are no shards
};

struct LossScale {
  double total_weight;  // W: over the whole step
  double weight;        // w = 1 / W, or 1 for a sum: the last factor of every gradient, before rounding
  bool divides;         // the loss is a mean
};

// W and w for a pass. Errors: ArgumentError when terms weigh differently and the pass is not the whole step.
LossScale loss_scale(const Tape& tape, const LossTerms& terms, Reduction reduction);

// Records the loss of terms made from `x`: per shard by the lane rule in binary64, shards by the tree,
// divided by W (mean) and rounded.
Variable record_loss(Tape& tape, const Variable& x, const LossTerms& terms, const LossScale& scale,
                     BackwardFunction backward);

}  // namespace ibid::ops
