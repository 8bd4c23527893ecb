#pragma once

#include "ibid/nn/module.h"
#include "ibid/ops/norm.h"

namespace ibid::nn {

// Normalisation; see ibid/ops/norm.h for shapes, orders and errors. Parameters are named as in PyTorch:
// weight (gamma, first 1) and bias (beta, first 0).

struct NormLayerOptions {
  double epsilon = 1e-5;
  bool affine = true;  // has weight and bias
};

// Over all dims but the last. Buffers running_mean (first 0) and running_var (first 1) are updated once per
// training pass and take the statistics' place outside training.
class BatchNorm final : public Module {
 public:
  explicit BatchNorm(int64_t channels, double momentum = 0.1, const NormLayerOptions& options = {});
  Variable forward(Tape& tape, const Variable& x) override;

 private:
  double momentum_;
  NormLayerOptions options_;
  Parameter* weight_ = nullptr;
  Parameter* bias_ = nullptr;
  Tensor* running_mean_;
  Tensor* running_var_;
};

// Over the last dims, which have this shape.
class LayerNorm final : public Module {
 public:
  explicit LayerNorm(const Shape& shape, const NormLayerOptions& options = {});
  Variable forward(Tape& tape, const Variable& x) override;

 private:
  Shape shape_;
  NormLayerOptions options_;
  Parameter* weight_ = nullptr;
  Parameter* bias_ = nullptr;
};

// Channels of each sample in groups; as many groups as channels is instance norm.
class GroupNorm final : public Module {
 public:
  GroupNorm(int64_t groups, int64_t channels, const NormLayerOptions& options = {});
  Variable forward(Tape& tape, const Variable& x) override;

 private:
  int64_t groups_;
  NormLayerOptions options_;
  Parameter* weight_ = nullptr;
  Parameter* bias_ = nullptr;
};

}  // namespace ibid::nn
