// A checkpoint of TensorFlow is an index, which is a sorted table, and shards beside it. The index alone
// tells every name with type, shape and the checksum of its elements.

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/hex.h"
#include "base/number_text.h"
#include "base/text.h"
#include "compare/crc32c.h"
#include "compare/protobuf_reader.h"
#include "compare/sorted_table.h"
#include "compare/tensor_files.h"

namespace ibid::compare {
namespace {

struct TypeFacts {
  uint64_t id;
  std::string_view name;
  std::optional<ElementType> type;
};
constexpr TypeFacts kTypes[] = {
    {1, "f32", ElementType::kF32},    {2, "f64", ElementType::kF64},    {3, "i32", ElementType::kI32},
    {4, "u8", ElementType::kU8},      {5, "i16", ElementType::kI16},    {6, "i8", ElementType::kI8},
    {7, "texts", std::nullopt},       {8, "complex64", std::nullopt},   {9, "i64", ElementType::kI64},
    {10, "bool", ElementType::kBool}, {14, "bf16", ElementType::kBf16}, {17, "u16", ElementType::kU16},
    {18, "complex128", std::nullopt}, {19, "f16", ElementType::kF16},   {22, "u32", ElementType::kU32},
    {23, "u64", ElementType::kU64}};

// A BundleEntryProto: where a tensor lies.
struct Entry {
  uint64_t type = 0, shard = 0, offset = 0, size = 0, checksum = 0;
  std::vector<int64_t> shape;
  int64_t n_slices = 0;

  std::string text() const {
    const auto known = std::ranges::find(kTypes, type, &TypeFacts::id);
    std::vector<std::string> sizes;
    for (const int64_t one : shape) sizes.push_back(number_text(one));
    std::string text = known == std::end(kTypes) ? "type " + number_text(type) : std::string(known->name);
    text += " (" + join(sizes, ", ") + (sizes.size() == 1 ? ",)" : ")");
    if (n_slices > 0) return text + " in " + number_text(n_slices) + " slices";
    return text + ", checksum " + hex_text(checksum).substr(8);
  }
};

Result<void> add_shape(std::string_view message, const std::string& where, std::vector<int64_t>& shape) {
  return each_field(message, where, [&](const ProtobufField& dim) -> Result<void> {
    if (dim.number != 2 || !dim.is_bytes()) return {};
    shape.push_back(0);
    return each_field(dim.bytes, where, [&](const ProtobufField& part) -> Result<void> {
      if (part.number == 1) shape.back() = part.integer();
      return {};
    });
  });
}

Result<Entry> read_entry(std::string_view message, const std::string& where) {
  Entry entry;
  IBID_TRY(each_field(message, where, [&](const ProtobufField& field) -> Result<void> {
    uint64_t* const numbers[] = {nullptr,       &entry.type, nullptr,        &entry.shard,
                                 &entry.offset, &entry.size, &entry.checksum};
    if (field.number == 2) return add_shape(field.bytes, where, entry.shape);
    if (field.number == 7) ++entry.n_slices;
    if (field.number < std::size(numbers) && numbers[field.number] != nullptr)
      *numbers[field.number] = field.value;
    return {};
  }));
  return entry;
}

// A BundleHeaderProto.
struct Header {
  uint64_t n_shards = 0, endianness = 0;
};

Result<Header> read_header(std::string_view message, const std::string& where) {
  Header header;
  IBID_TRY(each_field(message, where, [&](const ProtobufField& field) -> Result<void> {
    if (field.number == 1) header.n_shards = field.value;
    if (field.number == 2) header.endianness = field.value;
    return {};
  }));
  return header;
}

// With its elements, if they are plain numbers and lie in the given shards.
Result<bool> add_elements(const std::string& name, const Entry& entry, const Checkpoint& files,
                          bool big_endian, TensorSet& set) {
  const auto known = std::ranges::find(kTypes, entry.type, &TypeFacts::id);
  if (known == std::end(kTypes) || !known->type || entry.n_slices > 0) return false;
  const Error malformed(ErrorCode::kMalformed,
                        files.where + ": the elements of '" + name + "' are not as its index says",
                        "index and shards are of two checkpoints, or were altered: write them again");
  if (entry.shard >= files.shards.size()) return malformed;
  const std::string_view shard = files.shards[static_cast<size_t>(entry.shard)];
  if (entry.offset > shard.size() || entry.size > shard.size() - entry.offset) return malformed;
  const std::string_view bytes =
      shard.substr(static_cast<size_t>(entry.offset), static_cast<size_t>(entry.size));
  if (masked_crc32c(bytes) != entry.checksum) return malformed;
  TensorView tensor{.name = name, .type = *known->type, .shape = entry.shape};
  tensor.strides = dense_strides(tensor.shape);
  tensor.bytes = std::as_bytes(std::span(bytes));
  tensor.big_endian = big_endian;
  IBID_TRY(check_extent(tensor, files.where));
  set.tensors.push_back(std::move(tensor));
  return true;
}

}  // namespace

Result<int64_t> count_shards(std::string_view index, const std::string& where) {
  IBID_ASSIGN(const auto entries, read_sorted_table(index, where));
  if (entries.empty() || !entries.front().first.empty())
    return Error(ErrorCode::kMalformed, where + " is no index of a checkpoint: it has no header",
                 "if it is a table of another program, ibid does not read it");
  IBID_ASSIGN(const Header header, read_header(entries.front().second, where));
  constexpr uint64_t kMostShards = 100'000;  // five digits in their names
  if (header.n_shards >= kMostShards)
    return Error(ErrorCode::kMalformed, where + " names more shards than there can be");
  return static_cast<int64_t>(header.n_shards);
}

Result<TensorSet> read_checkpoint(const Checkpoint& files) {
  IBID_TRY(count_shards(files.index, files.where));
  IBID_ASSIGN(const auto entries, read_sorted_table(files.index, files.where));
  IBID_ASSIGN(const Header header, read_header(entries.front().second, files.where));
  TensorSet set;
  for (size_t i = 1; i < entries.size(); ++i) {
    const auto& [name, message] = entries[i];
    IBID_ASSIGN(const Entry entry, read_entry(message, files.where));
    bool added = false;
    if (!files.shards.empty()) {
      IBID_ASSIGN(added, add_elements(name, entry, files, header.endianness == 1, set));
    }
    if (!added) set.values.emplace_back(name, entry.text());
  }
  return set;
}

}  // namespace ibid::compare
