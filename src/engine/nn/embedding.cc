#include "ibid/nn/embedding.h"

#include "ibid/ops/index.h"

namespace ibid::nn {

Embedding::Embedding(int64_t n_rows, int64_t width, std::optional<int64_t> padding_index)
    : padding_index_(padding_index),
      weight_(&add_parameter("weight", {n_rows, width}, Initializer::normal(0, 1))) {}

Variable Embedding::forward(Tape& tape, const Variable& indices) {
  return ops::embedding(tape, indices.value(), tape.parameter(*weight_), {padding_index_, indices.batched()});
}

}  // namespace ibid::nn
