#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace ibid::compare {

// What a pickle describes, as data. Unpickling runs whatever code a pickle names; this reads the same bytes,
// and runs nothing: a class or function is a node with a name, a call is a node with that name and its
// arguments.
struct PickleNode {
  enum class Kind : uint8_t {
    kNone,
    kBool,        // integer
    kInteger,     // text, decimal
    kFloat,       // real
    kText,        // text
    kBytes,       // text
    kList,        // items
    kTuple,       // items
    kSet,         // items
    kDictionary,  // items: key, value, key, value, ...
    kGlobal,      // text: "module.name"
    kCall,        // callee, arguments; items: those set afterwards
    kPersistent,  // arguments: what identifies something outside of the pickle
  };
  using Id = uint32_t;
  static constexpr Id kNoNode = ~Id{0};

  Kind kind = Kind::kNone;
  bool boolean = false;
  double real = 0.0;
  std::string text = {};
  std::vector<Id> items = {};
  Id callee = kNoNode, arguments = kNoNode;
  Id state = kNoNode;  // given to it by BUILD
};

struct Pickle {
  std::vector<PickleNode> nodes;  // a node may be reached on several ways, and from itself
  PickleNode::Id root = 0;
  size_t size_bytes = 0;  // how far it reaches; more may follow

  const PickleNode& at(PickleNode::Id id) const { return nodes[id]; }
};

// The first pickle in `bytes`, written with protocol 2 to 5. At most four million nodes. `where` is for
// errors: truncated, malformed, and unsupported for an opcode that neither PyTorch nor Python's own pickler
// writes for plain data.
Result<Pickle> read_pickle(std::string_view bytes, const std::string& where);

}  // namespace ibid::compare
