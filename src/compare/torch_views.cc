#include <algorithm>
#include <map>
#include <optional>

#include "base/number_text.h"
#include "base/sha256.h"
#include "compare/pickle_reader.h"
#include "compare/tensor_files.h"

namespace ibid::compare {
namespace {

using Kind = PickleNode::Kind;
using Id = PickleNode::Id;

constexpr std::string_view kPickleName = "/data.pkl";
constexpr int kMaxDepth = 100;
constexpr int64_t kMaxVisits = 2'000'000;  // a node reached on many ways counts each time

struct StorageType {
  std::string_view name;
  ElementType type;
};
constexpr StorageType kStorages[] = {
    {"torch.HalfStorage", ElementType::kF16},  {"torch.BFloat16Storage", ElementType::kBf16},
    {"torch.FloatStorage", ElementType::kF32}, {"torch.DoubleStorage", ElementType::kF64},
    {"torch.CharStorage", ElementType::kI8},   {"torch.ShortStorage", ElementType::kI16},
    {"torch.IntStorage", ElementType::kI32},   {"torch.LongStorage", ElementType::kI64},
    {"torch.ByteStorage", ElementType::kU8},   {"torch.BoolStorage", ElementType::kBool}};

const StorageType* storage_type(std::string_view name) {
  const auto known = std::ranges::find(kStorages, name, &StorageType::name);
  return known == std::end(kStorages) ? nullptr : &*known;
}

// The folder that all members of the archive lie in, named after the file or "archive".
std::optional<std::string> inner_folder(const std::vector<ZipMember>& members) {
  for (const ZipMember& member : members) {
    if (member.name.ends_with(kPickleName) &&
        member.name.find('/') == member.name.size() - kPickleName.size())
      return member.name.substr(0, member.name.size() - kPickleName.size() + 1);
  }
  return std::nullopt;
}

// Walks over a pickle and collects tensors and other values under their paths.
class Collector {
 public:
  Collector(const Pickle& pickle, const std::map<std::string, std::string_view>& storages, bool big_endian,
            const std::string& where)
      : pickle_(pickle), storages_(storages), big_endian_(big_endian), where_(where) {}

  Result<void> collect(TensorSet& set) {
    set_ = &set;
    return visit(pickle_.root, "", 0);
  }

 private:
  Error malformed(const std::string& path, const std::string& what) const {
    return Error(ErrorCode::kMalformed, where_ + ": '" + path + "' " + what,
                 "the file was altered: fetch or write it again");
  }

  Result<void> visit(Id id, const std::string& path, int depth) {
    if (depth > kMaxDepth || ++n_visits_ > kMaxVisits)
      return Error(ErrorCode::kUnsupported, where_ + ": '" + path.substr(0, 100) + "' is nested too deeply",
                   "compare the state dicts alone");
    const PickleNode& node = pickle_.at(id);
    switch (node.kind) {
      case Kind::kDictionary:
        return visit_pairs(node, path, depth);
      case Kind::kList:
      case Kind::kTuple:
      case Kind::kSet:
        return visit_list(node, path, depth);
      case Kind::kCall:
        return visit_call(node, path, depth);
      case Kind::kPersistent:
        return visit(node.arguments, child(path, "storage"), depth + 1);
      default:
        set_->values.emplace_back(path, scalar_text(node));
        return {};
    }
  }

  static std::string child(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + "." + name;
  }

  static std::string scalar_text(const PickleNode& node) {
    switch (node.kind) {
      case Kind::kNone:
        return "None";
      case Kind::kBool:
        return node.boolean ? "True" : "False";
      case Kind::kFloat:
        return number_text(node.real);
      case Kind::kBytes:
        return "bytes " + sha256_hex(node.text);
      default:
        return node.text;
    }
  }

  Result<void> visit_pairs(const PickleNode& node, const std::string& path, int depth) {
    for (size_t i = 0; i + 1 < node.items.size(); i += 2) {
      const PickleNode& key = pickle_.at(node.items[i]);
      const bool plain = key.kind != Kind::kTuple && key.kind != Kind::kCall && key.kind != Kind::kPersistent;
      const std::string name = plain ? scalar_text(key) : "#" + number_text(static_cast<int64_t>(i / 2));
      IBID_TRY(visit(node.items[i + 1], child(path, name), depth + 1));
    }
    if (node.items.empty()) set_->values.emplace_back(path, "{}");
    return {};
  }

  Result<void> visit_list(const PickleNode& node, const std::string& path, int depth) {
    for (size_t i = 0; i < node.items.size(); ++i)
      IBID_TRY(visit(node.items[i], child(path, number_text(static_cast<int64_t>(i))), depth + 1));
    if (node.items.empty()) set_->values.emplace_back(path, "()");
    return {};
  }

  const PickleNode* argument(const PickleNode& call, size_t i) const {
    const PickleNode& arguments = pickle_.at(call.arguments);
    if (arguments.kind != Kind::kTuple || i >= arguments.items.size()) return nullptr;
    return &pickle_.at(arguments.items[i]);
  }

  // Before PyTorch 1.6 the class of a module came with the file and the text of its source: ("module", class,
  // ...). Where it lay says nothing about the model.
  std::string class_name(const PickleNode& callee) const {
    if (callee.kind == Kind::kGlobal) return callee.text;
    const PickleNode* words = callee.kind == Kind::kPersistent ? &pickle_.at(callee.arguments) : nullptr;
    if (words == nullptr || words->items.size() < 2 || pickle_.at(words->items[0]).text != "module")
      return "?";
    return pickle_.at(words->items[1]).text;
  }

  Result<void> visit_call(const PickleNode& node, const std::string& path, int depth) {
    const PickleNode& callee = pickle_.at(node.callee);
    const std::string name = class_name(callee);
    if (name == "torch._utils._rebuild_tensor_v2" || name == "torch._utils._rebuild_tensor")
      return add_tensor(node, path);
    if (name.starts_with("torch._utils._rebuild_parameter") && argument(node, 0) != nullptr)
      return visit(pickle_.at(node.arguments).items[0], path, depth + 1);
    // The state of an ordered dictionary is the version that state dicts carry.
    if (name == "collections.OrderedDict") return visit_pairs(node, path, depth);
    set_->values.emplace_back(path, name);
    const PickleNode& arguments = pickle_.at(node.arguments);
    if (!arguments.items.empty()) IBID_TRY(visit(node.arguments, child(path, "arguments"), depth + 1));
    for (size_t i = 0; i < node.items.size(); ++i)
      IBID_TRY(visit(node.items[i], child(path, number_text(static_cast<int64_t>(i))), depth + 1));
    return node.state == PickleNode::kNoNode ? Result<void>() : visit(node.state, path, depth + 1);
  }

  static std::optional<int64_t> integer(const PickleNode* node) {
    return node != nullptr && node->kind == Kind::kInteger ? parse_int64(node->text) : std::nullopt;
  }

  std::optional<std::vector<int64_t>> integers(const PickleNode* node) const {
    if (node == nullptr || node->kind != Kind::kTuple) return std::nullopt;
    std::vector<int64_t> values;
    for (const Id item : node->items) {
      const auto value = integer(&pickle_.at(item));
      if (!value) return std::nullopt;
      values.push_back(*value);
    }
    return values;
  }

  // ('storage', type, key, device, number of elements)
  Result<void> find_storage(const PickleNode* storage, const std::string& path, TensorView& tensor) const {
    if (storage == nullptr || storage->kind != Kind::kPersistent)
      return malformed(path, "is a tensor without a storage");
    const PickleNode* type = argument(*storage, 1);
    const PickleNode* key = argument(*storage, 2);
    if (type == nullptr || key == nullptr || key->kind != Kind::kText)
      return malformed(path, "has a storage without type and key");
    const StorageType* known = storage_type(type->text);
    if (known == nullptr)
      return Error(ErrorCode::kUnsupported, where_ + ": '" + path + "' has elements of type " + type->text,
                   "convert it to float32 or an integer type first");
    const PickleNode* part = argument(*storage, 5);
    if (part != nullptr && part->kind != Kind::kNone)
      return Error(ErrorCode::kUnsupported, where_ + ": '" + path + "' is stored as part of another storage",
                   "load it with PyTorch and save it again");
    const auto bytes = storages_.find(key->text);
    if (bytes == storages_.end()) return malformed(path, "has a storage that is not in the file");
    tensor.type = known->type;
    tensor.bytes = std::as_bytes(std::span(bytes->second));
    return {};
  }

  // (storage, offset, shape, strides, ...)
  Result<void> add_tensor(const PickleNode& call, const std::string& path) {
    TensorView tensor{.name = path.empty() ? "tensor" : path};
    tensor.big_endian = big_endian_;
    IBID_TRY(find_storage(argument(call, 0), path, tensor));
    const auto offset = integer(argument(call, 1));
    const auto shape = integers(argument(call, 2)), strides = integers(argument(call, 3));
    const int64_t n_stored = static_cast<int64_t>(tensor.bytes.size()) / size_of(tensor.type);
    if (!offset || !shape || !strides || *offset < 0 || *offset > n_stored)
      return malformed(path, "is a tensor without offset, shape and strides");
    tensor.shape = *shape;
    tensor.strides = *strides;
    tensor.bytes = tensor.bytes.subspan(static_cast<size_t>(*offset * size_of(tensor.type)));
    IBID_TRY(check_extent(tensor, where_));
    set_->tensors.push_back(std::move(tensor));
    return {};
  }

  const Pickle& pickle_;
  const std::map<std::string, std::string_view>& storages_;
  bool big_endian_;
  const std::string& where_;
  TensorSet* set_ = nullptr;
  int64_t n_visits_ = 0;
};

// --- the format before PyTorch 1.6: five pickles, then the storages ---

using Storages = std::map<std::string, std::string_view>;

// How large the elements of each storage are: only the references to it say.
std::map<std::string, int64_t> element_sizes(const Pickle& pickle) {
  std::map<std::string, int64_t> sizes;
  for (const PickleNode& node : pickle.nodes) {
    if (node.kind != Kind::kPersistent) continue;
    const std::vector<Id>& words = pickle.at(node.arguments).items;
    const StorageType* type = words.size() >= 3 ? storage_type(pickle.at(words[1]).text) : nullptr;
    if (type != nullptr) sizes[pickle.at(words[2]).text] = size_of(type->type);
  }
  return sizes;
}

// In the order of `keys` the number of elements, then these.
Result<Storages> find_storages(std::string_view bytes, const Pickle& keys,
                               const std::map<std::string, int64_t>& sizes, const std::string& where) {
  constexpr size_t kCountBytes = 8;
  const Error cut(ErrorCode::kTruncated, where + " ends in the middle of its storages",
                  "the copy was cut short: fetch or write it again");
  Storages storages;
  for (const Id id : keys.at(keys.root).items) {
    const std::string& key = keys.at(id).text;
    const auto size = sizes.find(key);
    if (size == sizes.end())
      return Error(ErrorCode::kUnsupported, where + " has a storage whose type of elements is not known",
                   "convert its tensors to float32 or an integer type first");
    if (bytes.size() < kCountBytes) return cut;
    uint64_t count = 0;
    for (size_t i = kCountBytes; i-- > 0;) count = count << 8 | static_cast<uint8_t>(bytes[i]);
    bytes.remove_prefix(kCountBytes);
    if (count > bytes.size() / static_cast<uint64_t>(size->second)) return cut;
    const size_t n_bytes = static_cast<size_t>(count) * static_cast<size_t>(size->second);
    storages[key] = bytes.substr(0, n_bytes);
    bytes.remove_prefix(n_bytes);
  }
  return storages;
}

}  // namespace

bool looks_like_torch(const std::vector<ZipMember>& members) { return inner_folder(members).has_value(); }

Result<TensorSet> read_torch(std::vector<ZipMember> members, const std::string& where) {
  const std::string folder = *inner_folder(members);
  TensorSet set;
  std::map<std::string, std::string_view> storages;
  std::string_view pickle_bytes;
  bool big_endian = false;
  for (ZipMember& member : members) {
    const std::string name =
        member.name.starts_with(folder) ? member.name.substr(folder.size()) : member.name;
    set.owned.push_back(std::move(member.content));
    const std::string_view content = set.owned.back();
    if (name == "data.pkl") {
      pickle_bytes = content;
    } else if (name.starts_with("data/")) {
      storages[name.substr(5)] = content;
    } else if (name == "byteorder") {
      big_endian = content == "big";
    } else if (name != "version" && !name.starts_with(".")) {
      set.values.emplace_back("member " + name, "sha256 " + sha256_hex(content));
    }
  }
  IBID_ASSIGN(const Pickle pickle, read_pickle(pickle_bytes, where));
  IBID_TRY(Collector(pickle, storages, big_endian, where).collect(set));
  return set;
}

bool looks_like_old_torch(std::span<const std::byte> bytes) {
  // A pickle of the number 0x1950a86a20f9469cfc6c.
  constexpr std::string_view kMagic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 14);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return text.starts_with(kMagic);
}

Result<TensorSet> read_old_torch(std::span<const std::byte> bytes, const std::string& where) {
  std::string_view rest(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  // A magic number, a version, facts about the machine (elements are little-endian whatever these say), the
  // object, and the keys of its storages.
  constexpr size_t kObject = 3, kKeys = 4, kPickles = 5;
  std::vector<Pickle> pickles;
  while (pickles.size() < kPickles) {
    IBID_ASSIGN(Pickle pickle, read_pickle(rest, where));
    rest.remove_prefix(pickle.size_bytes);
    pickles.push_back(std::move(pickle));
  }
  const Pickle& object = pickles[kObject];
  IBID_ASSIGN(const Storages storages, find_storages(rest, pickles[kKeys], element_sizes(object), where));
  TensorSet set;
  IBID_TRY(Collector(object, storages, false, where).collect(set));
  return set;
}

}  // namespace ibid::compare
