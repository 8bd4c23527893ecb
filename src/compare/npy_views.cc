#include <optional>

#include "compare/tensor_files.h"
#include "data/npy.h"

namespace ibid::compare {
namespace {

std::optional<ElementType> type_of(const data::NpyHeader& header) {
  struct Known {
    char kind;
    ElementType type;
  };
  constexpr Known kKnown[] = {{'f', ElementType::kF16}, {'f', ElementType::kF32}, {'f', ElementType::kF64},
                              {'i', ElementType::kI8},  {'i', ElementType::kI16}, {'i', ElementType::kI32},
                              {'i', ElementType::kI64}, {'u', ElementType::kU8},  {'u', ElementType::kU16},
                              {'u', ElementType::kU32}, {'u', ElementType::kU64}, {'b', ElementType::kBool}};
  for (const Known& known : kKnown) {
    if (known.kind == header.kind && size_of(known.type) == header.item_bytes) return known.type;
  }
  return std::nullopt;
}

Result<TensorView> read_array(std::string_view bytes, const std::string& where) {
  IBID_ASSIGN(const data::NpyHeader header, data::parse_npy_layout(bytes, where));
  const auto type = type_of(header);
  if (!type)
    return Error(ErrorCode::kUnsupported, where + " holds elements that are no plain numbers",
                 "save numbers as arrays of numbers");
  TensorView tensor{.name = "array",
                    .type = *type,
                    .shape = header.shape,
                    .strides = dense_strides(header.shape, header.columns_first),
                    .bytes = std::as_bytes(std::span(bytes.substr(header.header_bytes))),
                    .big_endian = header.big_endian};
  IBID_TRY(check_extent(tensor, where));
  return tensor;
}

}  // namespace

Result<TensorSet> read_npy(std::span<const std::byte> bytes, const std::string& where) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  IBID_ASSIGN(TensorView tensor, read_array(text, where));
  TensorSet set;
  set.tensors.push_back(std::move(tensor));
  return set;
}

bool looks_like_npz(const std::vector<ZipMember>& members) {
  for (const ZipMember& member : members) {
    if (!member.name.ends_with(".npy")) return false;
  }
  return !members.empty();
}

Result<TensorSet> read_npz(std::vector<ZipMember> members, const std::string& where) {
  TensorSet set;
  for (ZipMember& member : members) {
    set.owned.push_back(std::move(member.content));
    IBID_ASSIGN(TensorView tensor, read_array(set.owned.back(), where + ": " + member.name));
    tensor.name = member.name.substr(0, member.name.size() - 4);
    set.tensors.push_back(std::move(tensor));
  }
  return set;
}

}  // namespace ibid::compare
