// The engine's reader takes only element types that the engine computes with and copies what it reads. Models
// from elsewhere are half of them F16 or BF16, and to compare them no copy is needed: so the header is read
// here once more.

#include <cstring>
#include <optional>

#include "base/checked_int.h"
#include "base/json.h"
#include "compare/tensor_files.h"

namespace ibid::compare {
namespace {

constexpr size_t kSizeBytes = 8;
constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // the format's own limit

struct TypeName {
  std::string_view name;
  ElementType type;
};
constexpr TypeName kTypes[] = {
    {"F16", ElementType::kF16},  {"BF16", ElementType::kBf16}, {"F32", ElementType::kF32},
    {"F64", ElementType::kF64},  {"I8", ElementType::kI8},     {"I16", ElementType::kI16},
    {"I32", ElementType::kI32},  {"I64", ElementType::kI64},   {"U8", ElementType::kU8},
    {"U16", ElementType::kU16},  {"U32", ElementType::kU32},   {"U64", ElementType::kU64},
    {"BOOL", ElementType::kBool}};

std::optional<ElementType> type_named(const std::string& name) {
  for (const TypeName& known : kTypes) {
    if (known.name == name) return known.type;
  }
  return std::nullopt;
}

uint64_t header_size(std::span<const std::byte> bytes) {
  uint64_t size = 0;
  for (size_t i = kSizeBytes; i-- > 0;) size = size << 8 | std::to_integer<uint64_t>(bytes[i]);
  return size;
}

std::optional<std::vector<int64_t>> integers(const Json& entry, const char* name) {
  const auto found = entry.find(name);
  if (found == entry.end() || !found->is_array()) return std::nullopt;
  std::vector<int64_t> values;
  for (const Json& value : *found) {
    if (!value.is_number_integer() || (value.is_number_unsigned() && value.get<uint64_t>() > INT64_MAX))
      return std::nullopt;
    values.push_back(value.get<int64_t>());
  }
  return values;
}

Result<TensorView> read_entry(const std::string& name, const Json& entry, std::span<const std::byte> data,
                              const std::string& where) {
  const Error malformed(ErrorCode::kMalformed, where + ": the entry of '" + name + "' is not as it has to be",
                        "the file was altered: fetch or write it again");
  if (!entry.is_object() || !entry.contains("dtype") || !entry["dtype"].is_string()) return malformed;
  const std::string type_name = entry["dtype"].get<std::string>();
  const auto type = type_named(type_name);
  if (!type)
    return Error(ErrorCode::kUnsupported, where + ": '" + name + "' has elements of type " + type_name,
                 "convert it to F32 first");
  const auto shape = integers(entry, "shape"), range = integers(entry, "data_offsets");
  if (!shape || !range || range->size() != 2) return malformed;
  const int64_t begin = (*range)[0], end = (*range)[1];
  if (begin < 0 || end < begin || end > static_cast<int64_t>(data.size())) return malformed;
  TensorView tensor{.name = name, .type = *type, .shape = *shape, .strides = dense_strides(*shape)};
  tensor.bytes = data.subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
  IBID_TRY(check_extent(tensor, where));
  if (tensor.n_elements() * size_of(tensor.type) != end - begin) return malformed;
  return tensor;
}

}  // namespace

bool looks_like_safetensors(std::span<const std::byte> bytes) {
  if (bytes.size() < kSizeBytes + 2) return false;
  const uint64_t size = header_size(bytes);
  return size >= 2 && size <= kMaxHeaderBytes && bytes[kSizeBytes] == std::byte{'{'};
}

Result<TensorSet> read_safetensors(std::span<const std::byte> bytes, const std::string& where) {
  const uint64_t size = looks_like_safetensors(bytes) ? header_size(bytes) : 0;
  if (size == 0 || size > bytes.size() - kSizeBytes)
    return Error(ErrorCode::kTruncated, where + " ends inside its header", "fetch or write it again");
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + kSizeBytes,
                              static_cast<size_t>(size));
  IBID_ASSIGN(const Json header, parse_json(text, where));
  if (!header.is_object())
    return Error(ErrorCode::kMalformed, where + ": its header is no object", "fetch or write it again");
  const std::span<const std::byte> data = bytes.subspan(kSizeBytes + static_cast<size_t>(size));
  TensorSet set;
  for (const auto& [name, entry] : header.items()) {
    if (name != "__metadata__") {
      IBID_ASSIGN(TensorView tensor, read_entry(name, entry, data, where));
      set.tensors.push_back(std::move(tensor));
    } else if (entry.is_object()) {
      for (const auto& [key, value] : entry.items()) set.values.emplace_back("metadata." + key, value.dump());
    }
  }
  return set;
}

}  // namespace ibid::compare
