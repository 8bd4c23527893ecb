#pragma once

#include <cstdint>
#include <vector>

#include "ibid/context.h"
#include "ibid/tensor.h"

namespace ibid::autograd {

// A finished node of the tree of section 6.2: shards [index * 2^level, (index + 1) * 2^level).
struct Subtree {
  int32_t level = 0;
  int64_t index = 0;
  Tensor value;
};

// Builds the tree from nodes that arrive in ascending shard order. A worker pushes its shards and ships what is left:
// the fewest aligned subtrees that cover them. Whoever collects the subtrees of all workers pushes those, in order,
// and gets the root: the same additions happen wherever the borders between workers lie.
class SubtreeBuilder {
 public:
  explicit SubtreeBuilder(Context& context) : context_(context) {}

  void push(Subtree node);
  void push_shards(const Tensor& shards, int64_t first_shard);

  // The subtrees that found no sibling, ascending.
  std::vector<Subtree> take() { return std::move(open_); }

  // The value of the whole tree: nodes without right sibling pass up unchanged. Absent if nothing was pushed.
  Tensor collapse();

 private:
  Context& context_;
  std::vector<Subtree> open_;
};

}  // namespace ibid::autograd
