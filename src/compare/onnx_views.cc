// An ONNX model is a protobuf message: initialisers and constants are tensors, everything else becomes values
// under names that do not depend on where it stands. A node has no name that is sure to be unique, but each
// value in a graph is made by one node: so a node is called after its first output, and the order of nodes,
// which is any topological order, does not count.
//
// Numbers of fields as in onnx.proto, which is documented; no generated code.

#include "base/number_text.h"
#include "base/sha256.h"
#include "base/text.h"
#include "compare/onnx_tensor.h"
#include "compare/protobuf_reader.h"
#include "compare/tensor_files.h"

namespace ibid::compare {
namespace {

constexpr int kMaxDepth = 50;         // graphs in nodes of graphs, types in types
constexpr size_t kLongestText = 200;  // longer ones by their digest
constexpr size_t kLongestList = 16;   // longer lists of integers are tensors

std::string text_of(std::string_view bytes) {
  if (bytes.size() <= kLongestText) return std::string(bytes);
  return number_text(static_cast<int64_t>(bytes.size())) + " bytes, sha256 " + sha256_hex(bytes);
}

// An AttributeProto, taken apart.
struct Attribute {
  std::string name;
  std::vector<int64_t> integers;
  std::string reals;  // binary32, little-endian
  std::vector<std::string_view> texts, tensors, graphs;
  std::optional<std::string> single;
  std::string further;  // parts that ibid does not know
};

class ModelReader {
 public:
  ModelReader(const std::string& where, TensorSet& set) : where_(where), set_(set) {}

  Result<void> model(std::string_view message) {
    return fields(message, [&](const ProtobufField& field) -> Result<void> {
      constexpr const char* kPlain[] = {"",       "ir_version",    "producer_name", "producer_version",
                                        "domain", "model_version", "doc_string"};
      switch (field.number) {
        case 7:
          return graph(field.bytes, "", 0);
        case 8:
          return opset(field.bytes, "opset ");
        case 14:
          return pair(field.bytes, "metadata.");
        case 25:
          return function(field.bytes);
        default:
          if (field.number < std::size(kPlain)) return plain(kPlain[field.number], field);
          return unknown("model", field);
      }
    });
  }

 private:
  template <class Use>
  Result<void> fields(std::string_view message, const Use& use) {
    return each_field(message, where_, use);
  }

  void value(const std::string& name, const std::string& text) { set_.values.emplace_back(name, text); }

  Result<void> plain(const std::string& name, const ProtobufField& field) {
    value(name, field.is_bytes() ? text_of(field.bytes) : number_text(field.integer()));
    return {};
  }

  // What the format has besides: it counts by its bytes.
  Result<void> unknown(const std::string& owner, const ProtobufField& field) {
    value(owner + ".field " + number_text(uint64_t{field.number}),
          field.is_bytes() ? "sha256 " + sha256_hex(field.bytes) : number_text(field.value));
    return {};
  }

  // The first two fields of a message, both texts or numbers.
  Result<std::pair<std::string, std::string>> two(std::string_view message) {
    std::pair<std::string, std::string> parts;
    IBID_TRY(fields(message, [&](const ProtobufField& field) -> Result<void> {
      const std::string text = field.is_bytes() ? text_of(field.bytes) : number_text(field.integer());
      if (field.number == 1) parts.first = text;
      if (field.number == 2) parts.second = text;
      return {};
    }));
    return parts;
  }

  Result<void> opset(std::string_view message, const std::string& prefix) {
    IBID_ASSIGN(const auto parts, two(message));
    value(prefix + (parts.first.empty() ? "ai.onnx" : parts.first), parts.second);
    return {};
  }

  Result<void> pair(std::string_view message, const std::string& prefix) {
    IBID_ASSIGN(const auto parts, two(message));
    value(prefix + parts.first, parts.second);
    return {};
  }

  Result<void> graph(std::string_view message, const std::string& prefix, int depth) {
    if (depth > kMaxDepth)
      return Error(ErrorCode::kUnsupported, where_ + " has graphs in graphs more than 50 deep");
    int64_t n_nodes = 0, n_inputs = 0, n_outputs = 0;
    return fields(message, [&](const ProtobufField& field) -> Result<void> {
      switch (field.number) {
        case 1:
          return node(field.bytes, prefix, n_nodes++, depth);
        case 2:
          return plain(prefix + "graph.name", field);
        case 5:
          return initialiser(field.bytes, prefix);
        case 10:
          return plain(prefix + "graph.doc_string", field);
        case 11:
          return variable(field.bytes, prefix + "input " + number_text(n_inputs++), true);
        case 12:
          return variable(field.bytes, prefix + "output " + number_text(n_outputs++), true);
        case 13:
          return variable(field.bytes, prefix + "variable ", false);
        case 16:
          return pair(field.bytes, prefix + "graph.metadata.");
        default:
          return unknown(prefix + "graph", field);
      }
    });
  }

  Result<void> initialiser(std::string_view message, const std::string& prefix) {
    if (prefix.empty()) return add_onnx_tensor(message, "", where_, set_);
    std::string name;
    IBID_TRY(fields(message, [&](const ProtobufField& field) -> Result<void> {
      if (field.number == 8) name = field.bytes;
      return {};
    }));
    return add_onnx_tensor(message, prefix + name, where_, set_);
  }

  // Inputs and outputs are told by their place, other variables by their name.
  Result<void> variable(std::string_view message, const std::string& name, bool by_place) {
    std::string own_name, type = "of any type";
    IBID_TRY(fields(message, [&](const ProtobufField& field) -> Result<void> {
      if (field.number == 1) own_name = field.bytes;
      if (field.number != 2) return {};
      IBID_ASSIGN(type, type_text(field.bytes));
      return {};
    }));
    value(by_place ? name : name + own_name, by_place ? own_name + ": " + type : type);
    return {};
  }

  // "f32 (batch, 3)"; a type that is no tensor by its digest.
  Result<std::string> type_text(std::string_view message) {
    std::string text = "sha256 " + sha256_hex(message);
    IBID_TRY(fields(message, [&](const ProtobufField& field) -> Result<void> {
      if (field.number != 1) return {};
      IBID_ASSIGN(text, tensor_type_text(field.bytes));
      return {};
    }));
    return text;
  }

  Result<std::string> tensor_type_text(std::string_view message) {
    std::string element, shape = "of any shape";
    IBID_TRY(fields(message, [&](const ProtobufField& field) -> Result<void> {
      if (field.number == 1) element = onnx_type_name(field.value);
      if (field.number != 2) return {};
      IBID_ASSIGN(shape, shape_text(field.bytes));
      return {};
    }));
    return element + " " + shape;
  }

  Result<std::string> shape_text(std::string_view message) {
    std::vector<std::string> sizes;
    IBID_TRY(fields(message, [&](const ProtobufField& field) -> Result<void> {
      if (field.number != 1) return {};
      IBID_ASSIGN(const auto size, two(field.bytes));
      sizes.push_back(!size.second.empty() ? size.second : size.first.empty() ? "?" : size.first);
      return {};
    }));
    return "(" + join(sizes, ", ") + (sizes.size() == 1 ? ",)" : ")");
  }

  Result<void> node(std::string_view message, const std::string& prefix, int64_t place, int depth) {
    std::vector<std::string> inputs, outputs;
    std::vector<std::string_view> attributes;
    std::vector<ProtobufField> further;
    std::string kind, domain;
    IBID_TRY(fields(message, [&](const ProtobufField& field) -> Result<void> {
      switch (field.number) {
        case 1:
          inputs.emplace_back(field.bytes);
          break;
        case 2:
          outputs.emplace_back(field.bytes);
          break;
        case 4:
          kind = field.bytes;
          break;
        case 5:
          attributes.push_back(field.bytes);
          break;
        case 7:
          domain = field.bytes;
          break;
        default:
          further.push_back(field);
      }
      return {};
    }));
    const std::string name =
        prefix + "node " + (outputs.empty() || outputs[0].empty() ? "#" + number_text(place) : outputs[0]);
    value(name, (domain.empty() || domain == "ai.onnx" ? kind : domain + "." + kind) + "(" +
                    join(inputs, ", ") + ") -> " + join(outputs, ", "));
    for (const ProtobufField& field : further) IBID_TRY(node_text(name, field));
    for (const std::string_view one : attributes) IBID_TRY(attribute(one, name, depth));
    return {};
  }

  Result<void> node_text(const std::string& name, const ProtobufField& field) {
    if (field.number == 3) return plain(name + ": name", field);
    if (field.number == 6) return plain(name + ": doc_string", field);
    if (field.number == 9) return pair(field.bytes, name + ": metadata ");
    return unknown(name, field);
  }

  static void append_real(std::string& reals, uint64_t bits) {
    for (int i = 0; i < 4; ++i) reals += static_cast<char>(bits >> (8 * i) & 0xFF);
  }

  static std::string real_text(uint64_t bits) {
    return number_text(static_cast<float>(value_of(ElementType::kF32, bits)));
  }

  Result<void> add_integers(const ProtobufField& field, Attribute& result) {
    if (!field.is_bytes()) {
      result.integers.push_back(field.integer());
      return {};
    }
    ProtobufReader packed(field.bytes, where_);
    while (!packed.at_end()) {
      IBID_ASSIGN(const uint64_t number, packed.varint());
      result.integers.push_back(static_cast<int64_t>(number));
    }
    return {};
  }

  Result<Attribute> take_apart(std::string_view message) {
    Attribute result;
    IBID_TRY(fields(message, [&](const ProtobufField& field) -> Result<void> {
      switch (field.number) {
        case 1:
          result.name = field.bytes;
          return {};
        case 2:
          result.single = real_text(field.value);
          return {};
        case 3:
          result.single = number_text(field.integer());
          return {};
        case 4:
          result.single = text_of(field.bytes);
          return {};
        case 5:
        case 10:
          result.tensors.push_back(field.bytes);
          return {};
        case 6:
        case 11:
          result.graphs.push_back(field.bytes);
          return {};
        case 7:
          if (field.is_bytes()) result.reals += field.bytes;
          if (!field.is_bytes()) append_real(result.reals, field.value);
          return {};
        case 8:
          return add_integers(field, result);
        case 9:
          result.texts.push_back(field.bytes);
          return {};
        case 20:  // which of the others it is
          return {};
        default:
          result.further += number_text(uint64_t{field.number}) + "=" +
                            (field.is_bytes() ? text_of(field.bytes) : number_text(field.value)) + " ";
          return {};
      }
    }));
    return result;
  }

  // A list of numbers that lie in memory, so that distances can be told.
  Result<void> list(const std::string& name, ElementType type, std::string bytes) {
    const auto count = static_cast<int64_t>(bytes.size()) / size_of(type);
    set_.owned.push_back(std::move(bytes));
    TensorView tensor{.name = name, .type = type, .shape = {count}, .strides = {1}};
    tensor.bytes = std::as_bytes(std::span(set_.owned.back()));
    IBID_TRY(check_extent(tensor, where_));
    set_.tensors.push_back(std::move(tensor));
    return {};
  }

  Result<void> attribute(std::string_view message, const std::string& node, int depth) {
    IBID_ASSIGN(Attribute parts, take_apart(message));
    const std::string name = node + "." + parts.name;
    const auto place = [&](size_t i, size_t n) {
      return n == 1 ? name : name + "." + number_text(static_cast<int64_t>(i));
    };
    if (!parts.further.empty()) value(name + ".further", text_of(parts.further));
    if (parts.single) value(name, *parts.single);
    if (!parts.reals.empty()) IBID_TRY(list(name, ElementType::kF32, std::move(parts.reals)));
    IBID_TRY(integers(name, parts.integers));
    for (size_t i = 0; i < parts.texts.size(); ++i)
      value(name + "." + number_text(static_cast<int64_t>(i)), text_of(parts.texts[i]));
    for (size_t i = 0; i < parts.tensors.size(); ++i)
      IBID_TRY(add_onnx_tensor(parts.tensors[i], place(i, parts.tensors.size()), where_, set_));
    for (size_t i = 0; i < parts.graphs.size(); ++i)
      IBID_TRY(graph(parts.graphs[i], place(i, parts.graphs.size()) + "/", depth + 1));
    return {};
  }

  Result<void> integers(const std::string& name, const std::vector<int64_t>& numbers) {
    if (numbers.empty()) return {};
    if (numbers.size() > kLongestList) {
      const auto bytes = std::as_bytes(std::span(numbers));
      return list(name, ElementType::kI64,
                  std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    }
    std::vector<std::string> parts;
    for (const int64_t number : numbers) parts.push_back(number_text(number));
    value(name, join(parts, ", "));
    return {};
  }

  // A FunctionProto: a graph without initialisers, that nodes may name as their operator.
  Result<void> function(std::string_view message) {
    std::string name, domain;
    IBID_TRY(fields(message, [&](const ProtobufField& field) -> Result<void> {
      if (field.number == 1) name = field.bytes;
      if (field.number == 10) domain = field.bytes;
      return {};
    }));
    const std::string prefix = "function " + domain + "." + name + "/";
    int64_t n_nodes = 0, n_inputs = 0, n_outputs = 0;
    return fields(message, [&](const ProtobufField& field) -> Result<void> {
      switch (field.number) {
        case 1:
        case 10:
          return {};
        case 4:
          return plain(prefix + "input " + number_text(n_inputs++), field);
        case 5:
          return plain(prefix + "output " + number_text(n_outputs++), field);
        case 7:
          return node(field.bytes, prefix, n_nodes++, 0);
        case 8:
          return plain(prefix + "doc_string", field);
        case 9:
          return opset(field.bytes, prefix + "opset ");
        default:
          return unknown(prefix + "function", field);
      }
    });
  }

  const std::string& where_;
  TensorSet& set_;
};

bool is_plain_text(std::string_view text) {
  for (const char c : text) {
    if (c >= 0 && c < ' ') return false;
  }
  return true;
}

}  // namespace

bool looks_like_onnx(std::span<const std::byte> bytes) {
  constexpr std::string_view kStart("\x08", 1);  // the first field: ir_version
  constexpr uint64_t kNewestVersion = 99;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with(kStart)) return false;
  // Texts about the producer, then the graph or the sets of operators: these may be cut short.
  constexpr char kGraph = 7 << 3 | 2, kOpset = 8 << 3 | 2;
  const std::string where;
  ProtobufField field;
  size_t seen = 0;
  for (size_t at = 2; at < text.size(); at += seen) {
    if (text[at] == kGraph || text[at] == kOpset) return static_cast<uint8_t>(text[1]) <= kNewestVersion;
    ProtobufReader rest(text.substr(at), where);
    const auto more = rest.next(field);
    const bool fits = more.ok() && field.number >= 2 && field.number <= 6 &&
                      (field.number == 5) == !field.is_bytes() && is_plain_text(field.bytes);
    if (!fits) return false;
    seen = rest.position();
  }
  return false;
}

Result<TensorSet> read_onnx(std::span<const std::byte> bytes, const std::string& where) {
  TensorSet set;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  IBID_TRY(ModelReader(where, set).model(text));
  return set;
}

}  // namespace ibid::compare
