#pragma once

#include <vector>

#include "ibid/tape.h"

namespace ibid {

// The gradient of one value while the backward pass is under way. A value that is not batched may be reached
// per shard (from samples) and once for all (from terms without samples, section 6.1); the two are kept apart
// until the shards are combined.
struct Tape::Slot {
  bool batched = false;
  Shape shape;
  DType dtype = DType::kF32;
  int64_t n_uses = 0;
  Parameter* parameter = nullptr;
  bool rectified = false;  // its gradient function masks dy by the value
  bool is_masked = false;  // `whole` has that mask applied

  Tensor whole;   // batched values; the part without samples of others
  Tensor shards;  // one gradient per shard, shards outermost
  Tensor folded;  // the shards, already combined by the only operation that contributed
};

struct Tape::Record {
  int64_t output_slot = -1;
  std::vector<int64_t> input_slots;  // -1: needs no gradient
  std::vector<bool> input_batched;
  std::vector<Shape> input_shapes;
  bool output_batched = false;
  bool any_input_batched = false;
  BackwardFunction backward;
};

}  // namespace ibid
