#pragma once

#include <optional>

#include "ibid/tape.h"

namespace ibid::ops {

enum class Reduction { kMean, kSum };

struct ClassLossOptions {
  Tensor class_weights{};                 // (classes), or absent
  std::optional<int64_t> ignore_index{};  // targets of this value take no part
  double label_smoothing = 0.0;           // cross_entropy only
  Reduction reduction = Reduction::kMean;
};

// All losses: one scalar for the pass. Per-sample values in the input's type, summed per shard by 3.1, shards
// by the binary64 tree of 6.2, divided by the number (or weight) of terms of the *whole step*, rounded once
// (section 4.2). DTypes: f32, f64; targets i64 (classes) or the input's type. Errors: ShapeError, DTypeError,
// ArgumentError for a target outside the classes.

// Negative log-likelihood. Shapes: log_probabilities (..., classes), targets (...).
Variable nll_loss(Tape& tape, const Variable& log_probabilities, const Tensor& targets,
                  const ClassLossOptions& options = {});

// Log-softmax and negative log-likelihood in one, with label smoothing. Shapes: logits (..., classes),
// targets (...).
Variable cross_entropy_loss(Tape& tape, const Variable& logits, const Tensor& targets,
                            const ClassLossOptions& options = {});

struct FocalLossOptions {
  double gamma = 2.0;
  Tensor class_weights{};  // (classes), or absent
  Reduction reduction = Reduction::kMean;
};
Variable focal_loss(Tape& tape, const Variable& logits, const Tensor& targets,
                    const FocalLossOptions& options = {});

// Squared and absolute error. Shapes: x and targets alike.
Variable mse_loss(Tape& tape, const Variable& x, const Tensor& targets,
                  Reduction reduction = Reduction::kMean);
Variable mae_loss(Tape& tape, const Variable& x, const Tensor& targets,
                  Reduction reduction = Reduction::kMean);

// Binary cross-entropy of logits. Shapes: x and targets alike.
Variable bce_with_logits_loss(Tape& tape, const Variable& x, const Tensor& targets,
                              std::optional<double> positive_weight = std::nullopt,
                              Reduction reduction = Reduction::kMean);

}  // namespace ibid::ops
