#include "engine/autograd/subtrees.h"

#include "base/check.h"
#include "engine/autograd/shards.h"

namespace ibid::autograd {

void SubtreeBuilder::push(Subtree node) {
  IBID_CHECK(open_.empty() || (open_.back().index + 1) << open_.back().level == node.index << node.level,
             "subtrees must be pushed in shard order without gaps");
  // A right child meets its left sibling as soon as it is complete.
  while (!open_.empty() && open_.back().level == node.level && node.index % 2 == 1) {
    node.value = add_into(context_, std::move(open_.back().value), node.value);
    node.level += 1;
    node.index /= 2;
    open_.pop_back();
  }
  open_.push_back(std::move(node));
}

void SubtreeBuilder::push_shards(const Tensor& shards, int64_t first_shard) {
  for (int64_t s = 0; s < shards.size(0); ++s) push({0, first_shard + s, shards.select(0, s).clone()});
}

Tensor SubtreeBuilder::collapse() {
  if (open_.empty()) return {};
  Tensor sum = std::move(open_.back().value);
  open_.pop_back();
  while (!open_.empty()) {
    sum = add_into(context_, std::move(open_.back().value), sum);
    open_.pop_back();
  }
  return sum;
}

}  // namespace ibid::autograd
