// Pickles, whatever the bytes: an answer or an error; nodes refer to nodes that are there. The same as the
// pickle of a PyTorch file, beside two storages.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "compare/pickle_reader.h"
#include "compare/tensor_difference.h"
#include "compare/tensor_files.h"

namespace {

void check_as_torch(std::string_view pickle) {
  using namespace ibid::compare;
  std::vector<ZipMember> members = {{"a/data.pkl", std::string(pickle)},
                                    {"a/data/0", std::string(24, '\1')},
                                    {"a/data/1", std::string(4, '\2')}};
  const auto set = read_torch(std::move(members), "input");
  if (!set.ok()) return;
  constexpr int64_t kMostElements = 1 << 16;
  for (const TensorView& tensor : set.value().tensors) {
    if (tensor.n_elements() > kMostElements) continue;
    TensorView other = tensor;
    other.big_endian = true;
    IBID_CHECK(compare_tensors(tensor, other).n_different <= tensor.n_elements(), "too many differences");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace ibid;
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const Result<compare::Pickle> pickle = compare::read_pickle(input, "input");
  if (!pickle.ok()) return 0;
  const std::vector<compare::PickleNode>& nodes = pickle.value().nodes;
  const auto known = [&](compare::PickleNode::Id id) {
    return id == compare::PickleNode::kNoNode || id < nodes.size();
  };
  IBID_CHECK(pickle.value().root < nodes.size(), "a pickle without a root");
  for (const compare::PickleNode& node : nodes) {
    IBID_CHECK(known(node.callee) && known(node.arguments) && known(node.state), "a node that is not there");
    for (const compare::PickleNode::Id item : node.items)
      IBID_CHECK(item < nodes.size(), "an item that is not there");
    const bool pairs = node.kind == compare::PickleNode::Kind::kDictionary;
    IBID_CHECK(!pairs || node.items.size() % 2 == 0, "a key without a value");
  }
  check_as_torch(input);
  return 0;
}
