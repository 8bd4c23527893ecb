#pragma once

#include "ibid/nn/module.h"
#include "ibid/ops/elementwise.h"

namespace ibid::nn {

// Modules without parameters; see ibid/ops/elementwise.h for values, gradients and orders.

// Any function of one operand: Activation(ops::relu), Activation(ops::gelu).
class Activation final : public Module {
 public:
  using Function = Variable (*)(Tape&, const Variable&);
  explicit Activation(Function function) : function_(function) {}
  Variable forward(Tape& tape, const Variable& x) override { return function_(tape, x); }

 private:
  Function function_;
};

class LeakyRelu final : public Module {
 public:
  explicit LeakyRelu(double slope = 0.01) : slope_(slope) {}
  Variable forward(Tape& tape, const Variable& x) override { return ops::leaky_relu(tape, x, slope_); }

 private:
  double slope_;
};

class Softmax final : public Module {
 public:
  explicit Softmax(int64_t dim = -1) : dim_(dim) {}
  Variable forward(Tape& tape, const Variable& x) override { return ops::softmax(tape, x, dim_); }

 private:
  int64_t dim_;
};

class LogSoftmax final : public Module {
 public:
  explicit LogSoftmax(int64_t dim = -1) : dim_(dim) {}
  Variable forward(Tape& tape, const Variable& x) override { return ops::log_softmax(tape, x, dim_); }

 private:
  int64_t dim_;
};

}  // namespace ibid::nn
