#pragma once

#include "ibid/nn/module.h"
#include "ibid/ops/pool.h"

namespace ibid::nn {

// Pooling; see ibid/ops/pool.h for shapes, orders and errors.

class MaxPool final : public Module {
 public:
  explicit MaxPool(ops::PoolOptions options) : options_(std::move(options)) {}
  Variable forward(Tape& tape, const Variable& x) override { return ops::max_pool(tape, x, options_); }

 private:
  ops::PoolOptions options_;
};

class AveragePool final : public Module {
 public:
  explicit AveragePool(ops::PoolOptions options) : options_(std::move(options)) {}
  Variable forward(Tape& tape, const Variable& x) override { return ops::average_pool(tape, x, options_); }

 private:
  ops::PoolOptions options_;
};

}  // namespace ibid::nn
