#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "ibid/nn/module.h"

namespace ibid::io {

// docs/formats/digests.md specifies these; two machines compare runs by them.

// Of one tensor: element type, shape and canonical bytes.
Digest128 tensor_digest(const Tensor& tensor);

// A name and a digest, e.g. of the tensors of a model.
using NamedDigests = std::vector<std::pair<std::string, Digest128>>;

NamedDigests tensor_digests(const nn::StateDict& tensors);

// The root of the tree over dotted names: a node's children are the next parts of the names, in order of appearance.
Digest128 tree_digest(const NamedDigests& leaves);

// The digest of everything up to and including one more root.
Digest128 chain_digest(const Digest128& previous, const Digest128& root);

}  // namespace ibid::io
