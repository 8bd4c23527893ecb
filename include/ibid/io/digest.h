#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ibid/base/digest128.h"
#include "ibid/nn/module.h"

// Digests by which two machines compare tensors, models and runs; docs/formats/digests.md specifies each byte
// that enters them.
namespace ibid::io {

// A name and a digest, e.g. of the tensors of a model.
using NamedDigests = std::vector<std::pair<std::string, Digest128>>;

// The digest of one tensor: its element type, shape and elements in raster order, whatever the strides.
// Shapes: any. DTypes: any; every NaN counts as the same one, -0 and +0 differ.
// Errors: ArgumentError for an absent tensor.
// Source: docs/formats/digests.md, "Tensor".
Digest128 tensor_digest(const Tensor& tensor);

// The digest of each tensor, under the same names and in the same order.
// Errors: as tensor_digest.
NamedDigests tensor_digests(const nn::StateDict& tensors);

// The root of the tree over dotted names: a node's children are the next parts of the names, in order of
// appearance.
// Order: that of the leaves is part of the digest.
// Errors: ArgumentError when a name stands twice, or for a leaf and a branch.
// Source: docs/formats/digests.md, "Tree".
Digest128 tree_digest(const NamedDigests& leaves);

// The digest of a model's weights and buffers: the tree over its state dict.
// Order: registration order, which is part of a model's definition.
// Errors: ArgumentError when two of its parts share one name.
// Source: docs/formats/digests.md, "Tree".
Digest128 module_digest(const nn::Module& module);

// The digest of everything up to and including one more root; Digest128{} stands before the first.
// Source: docs/formats/digests.md, "Chain".
Digest128 chain_digest(const Digest128& previous, const Digest128& root);

}  // namespace ibid::io
