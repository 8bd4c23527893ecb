#include "ibid/io/digest.h"

#include <algorithm>

#include "base/digest.h"
#include "engine/io/canonical_bytes.h"

namespace ibid::io {

Digest128 tensor_digest(const Tensor& tensor) {
  if (!tensor.defined()) throw ArgumentError("an absent tensor has no digest");
  DigestStream stream;
  stream.update(tensor.describe() + "\n");
  for_each_canonical_piece(tensor, [&](std::span<const std::byte> bytes) { stream.update(bytes); });
  return stream.digest();
}

NamedDigests tensor_digests(const nn::StateDict& tensors) {
  NamedDigests digests;
  for (const auto& [name, tensor] : tensors) digests.emplace_back(name, tensor_digest(tensor));
  return digests;
}

namespace {

struct Branch {
  std::string name;
  NamedDigests leaves;  // names without the branch's own part
};

// Leaves grouped by the first part of their names, groups and leaves in order of appearance.
std::vector<Branch> branches_of(const NamedDigests& leaves) {
  std::vector<Branch> branches;
  for (const auto& [name, digest] : leaves) {
    const size_t dot = name.find('.');
    const std::string first = name.substr(0, dot);
    auto branch =
        std::find_if(branches.begin(), branches.end(), [&](const Branch& b) { return b.name == first; });
    if (branch == branches.end()) branch = branches.insert(branches.end(), Branch{first, {}});
    branch->leaves.emplace_back(dot == std::string::npos ? "" : name.substr(dot + 1), digest);
  }
  return branches;
}

}  // namespace

Digest128 tree_digest(const NamedDigests& leaves) {
  std::string text = "node\n";
  for (const Branch& branch : branches_of(leaves)) {
    const bool is_leaf = branch.leaves.size() == 1 && branch.leaves[0].first.empty();
    for (const auto& [rest, digest] : branch.leaves) {
      if (!is_leaf && rest.empty()) {
        throw ArgumentError("the name '" + branch.name +
                            "' stands twice in a digest tree, or for a leaf and a branch");
      }
    }
    const Digest128 digest = is_leaf ? branch.leaves[0].second : tree_digest(branch.leaves);
    text += branch.name + "\n" + digest.hex() + "\n";
  }
  return digest_bytes(text);
}

Digest128 module_digest(const nn::Module& module) { return tree_digest(tensor_digests(module.state_dict())); }

Digest128 chain_digest(const Digest128& previous, const Digest128& root) {
  return digest_bytes("chain\n" + previous.hex() + "\n" + root.hex() + "\n");
}

}  // namespace ibid::io
