#pragma once

#include <vector>

#include "ibid/context.h"
#include "ibid/tensor.h"

namespace ibid::autograd {

// Combines the first dim of `shards` by the aligned binary tree of section 6.2: (0,1)(2,3)... level by level, a node
// without right sibling passes up unchanged. (0 shards give +0.)
Tensor fold_shards(Context& context, const Tensor& shards);

// The same tree over binary64 values.
double fold_tree(std::vector<double> values);

// a + b, element by element; may reuse the memory of `a`, which the caller gives up.
Tensor add_into(Context& context, Tensor a, const Tensor& b);

}  // namespace ibid::autograd
