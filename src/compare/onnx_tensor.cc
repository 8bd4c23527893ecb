#include "compare/onnx_tensor.h"

#include <algorithm>
#include <iterator>

#include "base/number_text.h"
#include "base/sha256.h"
#include "compare/protobuf_reader.h"

namespace ibid::compare {
namespace {

using Kind = ProtobufField::Kind;

// Numbers of fields of TensorProto in which elements are written one by one.
constexpr uint32_t kFloats = 4, kInt32 = 5, kTexts = 6, kInt64 = 7, kDoubles = 10, kUint64 = 11;
constexpr uint32_t kRaw = 9;
constexpr uint64_t kTextType = 8;

struct TypeFacts {
  uint64_t id;
  std::string_view name;
  std::optional<ElementType> type;
  uint32_t field;  // of elements that are written one by one
};
constexpr TypeFacts kTypes[] = {
    {1, "f32", ElementType::kF32, kFloats},     {2, "u8", ElementType::kU8, kInt32},
    {3, "i8", ElementType::kI8, kInt32},        {4, "u16", ElementType::kU16, kInt32},
    {5, "i16", ElementType::kI16, kInt32},      {6, "i32", ElementType::kI32, kInt32},
    {7, "i64", ElementType::kI64, kInt64},      {kTextType, "STRING", std::nullopt, kTexts},
    {9, "bool", ElementType::kBool, kInt32},    {10, "f16", ElementType::kF16, kInt32},
    {11, "f64", ElementType::kF64, kDoubles},   {12, "u32", ElementType::kU32, kUint64},
    {13, "u64", ElementType::kU64, kUint64},    {14, "COMPLEX64", std::nullopt, kFloats},
    {15, "COMPLEX128", std::nullopt, kDoubles}, {16, "bf16", ElementType::kBf16, kInt32},
    {17, "FLOAT8E4M3FN", std::nullopt, kInt32}, {18, "FLOAT8E4M3FNUZ", std::nullopt, kInt32},
    {19, "FLOAT8E5M2", std::nullopt, kInt32},   {20, "FLOAT8E5M2FNUZ", std::nullopt, kInt32},
    {21, "UINT4", std::nullopt, kInt32},        {22, "INT4", std::nullopt, kInt32},
    {23, "FLOAT4E2M1", std::nullopt, kInt32}};

const TypeFacts* facts(uint64_t type) {
  const auto found = std::ranges::find(kTypes, type, &TypeFacts::id);
  return found == std::end(kTypes) ? nullptr : &*found;
}

// A TensorProto, taken apart.
struct Parts {
  std::string name;
  uint64_t type = 0;
  std::vector<int64_t> shape;
  std::optional<std::string_view> raw;
  std::vector<ProtobufField> elements;  // of all fields that hold some
  std::string doc;
  bool external = false, cut_into_segments = false;
};

bool is_elements(uint32_t number) {
  return (number >= kFloats && number <= kInt64) || number == kDoubles || number == kUint64;
}

Result<void> add_dims(const ProtobufField& field, const std::string& where, std::vector<int64_t>& shape) {
  if (!field.is_bytes()) {
    shape.push_back(field.integer());
    return {};
  }
  ProtobufReader packed(field.bytes, where);
  while (!packed.at_end()) {
    IBID_ASSIGN(const uint64_t size, packed.varint());
    shape.push_back(static_cast<int64_t>(size));
  }
  return {};
}

Result<Parts> take_apart(std::string_view message, const std::string& where) {
  constexpr uint32_t kDims = 1, kType = 2, kSegment = 3, kName = 8, kDoc = 12, kExternal = 13, kLocation = 14;
  Parts parts;
  IBID_TRY(each_field(message, where, [&](const ProtobufField& field) -> Result<void> {
    if (is_elements(field.number)) parts.elements.push_back(field);
    switch (field.number) {
      case kDims:
        return add_dims(field, where, parts.shape);
      case kType:
        parts.type = field.value;
        return {};
      case kSegment:
        parts.cut_into_segments = true;
        return {};
      case kName:
        parts.name = field.bytes;
        return {};
      case kRaw:
        parts.raw = field.bytes;
        return {};
      case kDoc:
        parts.doc = field.bytes;
        return {};
      case kExternal:
        parts.external = true;
        return {};
      case kLocation:
        parts.external = parts.external || field.value == 1;
        return {};
      default:
        return {};
    }
  }));
  return parts;
}

void append_little_endian(std::string& text, uint64_t value, int64_t n_bytes) {
  for (int64_t i = 0; i < n_bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xFF);
}

// Elements that are written one by one, as they would lie in memory.
Result<std::string> gather(const Parts& parts, const TypeFacts& type, const std::string& where) {
  std::string bytes;
  const int64_t size = size_of(*type.type);
  const bool is_real = type.field == kFloats || type.field == kDoubles;
  for (const ProtobufField& field : parts.elements) {
    if (field.number != type.field) continue;
    if (!field.is_bytes()) {
      append_little_endian(bytes, field.value, size);
    } else if (is_real) {
      bytes += field.bytes;
    } else {
      ProtobufReader packed(field.bytes, where);
      while (!packed.at_end()) {
        IBID_ASSIGN(const uint64_t value, packed.varint());
        append_little_endian(bytes, value, size);
      }
    }
  }
  return bytes;
}

// Texts have no elements to measure: the digest of all of them.
void add_texts(const Parts& parts, const std::string& name, TensorSet& set) {
  std::string all;
  int64_t count = 0;
  for (const ProtobufField& field : parts.elements) {
    if (field.number != kTexts) continue;
    append_little_endian(all, field.bytes.size(), 8);
    all += field.bytes;
    ++count;
  }
  set.values.emplace_back(name, number_text(count) + " texts, sha256 " + sha256_hex(all));
}

Result<void> add_numbers(const Parts& parts, const TypeFacts& type, TensorView tensor,
                         const std::string& where, TensorSet& set) {
  if (parts.raw) {
    tensor.bytes = std::as_bytes(std::span(*parts.raw));
  } else {
    IBID_ASSIGN(std::string bytes, gather(parts, type, where));
    set.owned.push_back(std::move(bytes));
    tensor.bytes = std::as_bytes(std::span(set.owned.back()));
  }
  IBID_TRY(check_extent(tensor, where));
  if (tensor.n_elements() * size_of(tensor.type) != static_cast<int64_t>(tensor.bytes.size()))
    return Error(ErrorCode::kMalformed, where + ": the shape of '" + tensor.name + "' does not fit its bytes",
                 "the file was altered: fetch or write it again");
  set.tensors.push_back(std::move(tensor));
  return {};
}

}  // namespace

std::string onnx_type_name(uint64_t type) {
  const TypeFacts* known = facts(type);
  return known != nullptr ? std::string(known->name) : "type " + number_text(type);
}

Result<void> add_onnx_tensor(std::string_view message, const std::string& name, const std::string& where,
                             TensorSet& set) {
  IBID_ASSIGN(const Parts parts, take_apart(message, where));
  const std::string own_name = !name.empty() ? name : parts.name.empty() ? "tensor" : parts.name;
  if (!parts.doc.empty()) set.values.emplace_back(own_name + ".doc_string", parts.doc);
  TensorView tensor{.name = own_name, .shape = parts.shape, .strides = dense_strides(parts.shape)};
  const TypeFacts* type = facts(parts.type);
  if (parts.external) {
    set.unread.emplace_back(own_name, "lies in another file beside the model, which is not looked for");
  } else if (parts.cut_into_segments) {
    set.unread.emplace_back(own_name, "is cut into segments, which ibid does not read");
  } else if (parts.type == kTextType) {
    add_texts(parts, own_name, set);
  } else if (type == nullptr || !type->type) {
    set.unread.emplace_back(own_name, "has elements of type " + onnx_type_name(parts.type));
  } else {
    tensor.type = *type->type;
    return add_numbers(parts, *type, std::move(tensor), where, set);
  }
  return {};
}

}  // namespace ibid::compare
