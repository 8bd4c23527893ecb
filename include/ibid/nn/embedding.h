#pragma once

#include <optional>

#include "ibid/nn/module.h"

namespace ibid::nn {

// Rows of a trainable table, first drawn from the standard normal distribution. The input holds i64 indices;
// see ibid/ops/index.h. The row of `padding_index` gets no gradient, so it keeps its first values.
class Embedding final : public Module {
 public:
  Embedding(int64_t n_rows, int64_t width, std::optional<int64_t> padding_index = std::nullopt);
  Variable forward(Tape& tape, const Variable& indices) override;

 private:
  std::optional<int64_t> padding_index_;
  Parameter* weight_;
};

}  // namespace ibid::nn
