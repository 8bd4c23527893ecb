#include "engine/io/safetensors.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>

#include "base/json.h"
#include "engine/io/canonical_bytes.h"

namespace ibid::io {
namespace {

constexpr int64_t kMaxHeaderBytes = 100'000'000;  // the format's own limit

struct TypeName {
  DType dtype;
  std::string_view name;
};
constexpr TypeName kTypes[] = {{DType::kF64, "F64"},
                               {DType::kI64, "I64"},
                               {DType::kF32, "F32"},
                               {DType::kU8, "U8"},
                               {DType::kBool, "BOOL"}};

std::string_view type_name(DType dtype) {
  return std::find_if(std::begin(kTypes), std::end(kTypes),
                      [&](const TypeName& t) { return t.dtype == dtype; })
      ->name;
}

std::optional<DType> type_of(std::string_view name) {
  for (const TypeName& type : kTypes) {
    if (type.name == name) return type.dtype;
  }
  return std::nullopt;
}

}  // namespace

const Tensor* Safetensors::find(std::string_view name) const {
  for (const auto& [own, tensor] : tensors) {
    if (own == name) return &tensor;
  }
  return nullptr;
}

const std::string* Safetensors::find_metadata(std::string_view name) const {
  for (const auto& [own, text] : metadata) {
    if (own == name) return &text;
  }
  return nullptr;
}

// --- writing ---

namespace {

void require_text(const std::string& text, const char* what) {
  try {
    Json(text).dump();
  } catch (const Json::exception&) {
    throw ArgumentError(std::string("safetensors: ") + what + " is not UTF-8 text");
  }
}

void require_encodable(const Safetensors& content) {
  std::set<std::string_view> names;
  for (const auto& [name, tensor] : content.tensors) {
    require_text(name, "a tensor's name");
    if (name == "__metadata__") {
      throw ArgumentError("safetensors: no tensor can be called '__metadata__'; the format uses that name");
    }
    if (!names.insert(name).second) throw ArgumentError("safetensors: the name '" + name + "' stands twice");
    if (!tensor.defined()) throw ArgumentError("safetensors: the tensor '" + name + "' is absent");
  }
  names.clear();
  for (const auto& [name, text] : content.metadata) {
    require_text(name, "a metadata name");
    require_text(text, "a metadata text");
    if (!names.insert(name).second) throw ArgumentError("safetensors: metadata '" + name + "' stands twice");
  }
}

}  // namespace

std::string encode_safetensors(const Safetensors& content) {
  require_encodable(content);
  // Widest elements first, so that every tensor is aligned to its elements; of one width as they were given.
  std::vector<const std::pair<std::string, Tensor>*> order;
  for (const auto& entry : content.tensors) order.push_back(&entry);
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    const int64_t a_size = size_of(a->second.dtype()), b_size = size_of(b->second.dtype());
    return a_size != b_size ? a_size > b_size : a < b;
  });
  Json header = Json::object();
  if (!content.metadata.empty()) {
    for (const auto& [name, text] : content.metadata) header["__metadata__"][name] = text;
  }
  int64_t offset = 0;
  for (const auto* entry : order) {
    const Tensor& tensor = entry->second;
    Json& item = header[entry->first];
    item["dtype"] = type_name(tensor.dtype());
    item["shape"] = Json::array();
    for (int64_t size : tensor.shape().sizes()) item["shape"].push_back(size);
    item["data_offsets"] = {offset, offset + tensor.size_bytes()};
    offset += tensor.size_bytes();
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  const uint64_t header_size = text.size();
  std::string bytes(sizeof header_size, '\0');
  std::memcpy(bytes.data(), &header_size, sizeof header_size);
  bytes += text;
  bytes.reserve(bytes.size() + static_cast<size_t>(offset));
  for (const auto* entry : order) {
    for_each_canonical_piece(entry->second, [&](std::span<const std::byte> piece) {
      bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    });
  }
  return bytes;
}

// --- reading ---

namespace {

Error malformed(std::string_view name, const std::string& what) {
  return Error(ErrorCode::kMalformed, std::string(name) + " is not a valid safetensors file: " + what);
}

Result<Shape> decode_shape(const Json& item, std::string_view name, const std::string& tensor) {
  if (!item.is_array() || item.size() > static_cast<size_t>(Shape::kMaxDims)) {
    return malformed(name, "the shape of '" + tensor + "' is not a list of at most 8 sizes");
  }
  Shape shape;
  int64_t n = 1;
  for (const Json& size : item) {
    if (!size.is_number_unsigned() || size.get<uint64_t>() > (uint64_t{1} << 48)) {
      return malformed(name, "the shape of '" + tensor + "' has a size that is no whole number in range");
    }
    const int64_t value = size.get<int64_t>();
    if (__builtin_mul_overflow(n, value == 0 ? 1 : value, &n) || n > (int64_t{1} << 48)) {
      return malformed(name, "'" + tensor + "' is impossibly large");
    }
    shape.append(value);
  }
  return shape;
}

struct Entry {
  std::string name;
  DType dtype;
  Shape shape;
  int64_t begin, end;
  size_t number;  // its place in the header: decides between empty tensors at one offset
};

Result<Entry> decode_entry(const std::string& tensor, const Json& item, std::string_view name) {
  if (!item.is_object() || !item.contains("dtype") || !item.contains("shape") ||
      !item.contains("data_offsets") || !item["dtype"].is_string()) {
    return malformed(name, "'" + tensor + "' lacks dtype, shape or data_offsets");
  }
  const std::optional<DType> dtype = type_of(item["dtype"].get<std::string>());
  if (!dtype) {
    return Error(ErrorCode::kUnsupported, std::string(name) + ": '" + tensor + "' has element type " +
                                              item["dtype"].get<std::string>() +
                                              "; ibid reads F32, F64, I64, U8 and BOOL");
  }
  IBID_ASSIGN(const Shape shape, decode_shape(item["shape"], name, tensor));
  const Json& offsets = item["data_offsets"];
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned() || offsets[0].get<uint64_t>() > (uint64_t{1} << 56) ||
      offsets[1].get<uint64_t>() > (uint64_t{1} << 56)) {
    return malformed(name, "'" + tensor + "' has no pair of offsets");
  }
  Entry entry{tensor, *dtype, shape, offsets[0].get<int64_t>(), offsets[1].get<int64_t>(), 0};
  if (entry.begin > entry.end || entry.end - entry.begin != shape.n_elements() * size_of(*dtype)) {
    return malformed(name, "the offsets of '" + tensor + "' do not span its " +
                               std::to_string(shape.n_elements() * size_of(*dtype)) + " bytes");
  }
  return entry;
}

Result<std::vector<Entry>> decode_entries(const Json& header, std::string_view name, Safetensors& content) {
  std::vector<Entry> entries;
  for (const auto& [key, item] : header.items()) {
    if (key == "__metadata__") {
      if (!item.is_object()) return malformed(name, "__metadata__ is not an object");
      for (const auto& [field, text] : item.items()) {
        if (!text.is_string()) return malformed(name, "metadata '" + field + "' is not a text");
        content.metadata.emplace_back(field, text.get<std::string>());
      }
      continue;
    }
    IBID_ASSIGN(Entry entry, decode_entry(key, item, name));
    entry.number = entries.size();
    entries.push_back(std::move(entry));
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.number < b.number;
  });
  return entries;
}

}  // namespace

Result<Safetensors> decode_safetensors(std::span<const std::byte> bytes, std::string_view name) {
  uint64_t header_size = 0;
  if (bytes.size() < sizeof header_size) {
    return Error(ErrorCode::kTruncated, std::string(name) + " ends inside its first 8 bytes");
  }
  std::memcpy(&header_size, bytes.data(), sizeof header_size);
  if (header_size > static_cast<uint64_t>(kMaxHeaderBytes))
    return malformed(name, "its header claims to be too long");
  if (header_size > bytes.size() - sizeof header_size) {
    return Error(ErrorCode::kTruncated, std::string(name) + " ends inside its header");
  }
  const std::string_view header_text(reinterpret_cast<const char*>(bytes.data()) + sizeof header_size,
                                     static_cast<size_t>(header_size));
  IBID_ASSIGN(const Json header, parse_json(header_text, name));
  if (!header.is_object()) return malformed(name, "its header is not an object");
  Safetensors content;
  IBID_ASSIGN(const std::vector<Entry> entries, decode_entries(header, name, content));
  const std::span<const std::byte> data =
      bytes.subspan(sizeof header_size + static_cast<size_t>(header_size));
  int64_t expected = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != expected)
      return malformed(name, "there is a gap or an overlap before '" + entry.name + "'");
    expected = entry.end;
    if (entry.end > static_cast<int64_t>(data.size())) {
      return Error(ErrorCode::kTruncated, std::string(name) + " ends inside tensor '" + entry.name + "'");
    }
    Tensor tensor = Tensor::empty(entry.shape, entry.dtype);
    std::memcpy(tensor.raw_data(), data.data() + entry.begin, static_cast<size_t>(entry.end - entry.begin));
    if (entry.dtype == DType::kBool) {
      const uint8_t* flags = static_cast<const uint8_t*>(tensor.raw_data());
      if (std::any_of(flags, flags + tensor.n_elements(), [](uint8_t flag) { return flag > 1; })) {
        return malformed(name, "'" + entry.name + "' is BOOL but holds a byte that is neither 0 nor 1");
      }
    }
    content.tensors.emplace_back(entry.name, std::move(tensor));
  }
  if (expected != static_cast<int64_t>(data.size())) return malformed(name, "bytes follow the last tensor");
  return content;
}

}  // namespace ibid::io
