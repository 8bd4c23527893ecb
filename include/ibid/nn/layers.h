#pragma once

#include "ibid/nn/module.h"
#include "ibid/ops/conv.h"
#include "ibid/ops/linear.h"

namespace ibid::nn {

// Each layer holds the parameters of one operation; see ibid/ops for shapes, orders and errors.

class Linear final : public Module {
 public:
  Linear(int64_t in, int64_t out, bool bias = true, ops::Fused fused = ops::Fused::kNone);
  Variable forward(Tape& tape, const Variable& x) override;

 private:
  ops::Fused fused_;
  Parameter* weight_;
  Parameter* bias_ = nullptr;
};

struct ConvLayerOptions {
  std::vector<int64_t> kernel;  // one value per spatial dim
  ops::ConvOptions conv;
  bool bias = true;
};

class Conv final : public Module {
 public:
  Conv(int64_t in_channels, int64_t out_channels, const ConvLayerOptions& options);
  Variable forward(Tape& tape, const Variable& x) override;

 private:
  ops::ConvOptions options_;
  Parameter* weight_;
  Parameter* bias_ = nullptr;
};

struct ConvTransposeLayerOptions {
  std::vector<int64_t> kernel;  // one value per spatial dim
  ops::ConvTransposeOptions conv;
  bool bias = true;
};

class ConvTranspose final : public Module {
 public:
  ConvTranspose(int64_t in_channels, int64_t out_channels, const ConvTransposeLayerOptions& options);
  Variable forward(Tape& tape, const Variable& x) override;

 private:
  ops::ConvTransposeOptions options_;
  Parameter* weight_;
  Parameter* bias_ = nullptr;
};

class Dropout final : public Module {
 public:
  explicit Dropout(double p) : p_(p) {}
  Variable forward(Tape& tape, const Variable& x) override;

 private:
  double p_;
};

// Drops whole channels of a sample.
class ChannelDropout final : public Module {
 public:
  explicit ChannelDropout(double p) : p_(p) {}
  Variable forward(Tape& tape, const Variable& x) override;

 private:
  double p_;
};

}  // namespace ibid::nn
