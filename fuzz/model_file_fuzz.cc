// Files of tensors, whatever the bytes: an answer or an error; what is accepted can be read to its last
// element.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "compare/tensor_difference.h"
#include "compare/tensor_files.h"

namespace {

using namespace ibid;

void check(const Result<compare::TensorSet>& set) {
  if (!set.ok()) return;
  constexpr int64_t kMostElements = 1 << 16;
  for (const compare::TensorView& tensor : set.value().tensors) {
    if (tensor.n_elements() > kMostElements) continue;
    const compare::TensorDifference difference = compare::compare_tensors(tensor, tensor);
    IBID_CHECK(difference.same(), "a tensor that differs from itself");
    compare::TensorView other = tensor;
    other.big_endian = !tensor.big_endian;
    IBID_CHECK(compare::compare_tensors(tensor, other).n_different <= tensor.n_elements(),
               "too many differences");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::span<const std::byte> raw = std::as_bytes(std::span(bytes, size));
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  check(compare::read_safetensors(raw, "input"));
  check(compare::read_npy(raw, "input"));
  if (compare::looks_like_old_torch(raw)) check(compare::read_old_torch(raw, "input"));
  if (compare::looks_like_ubjson(text)) check(compare::read_ubjson(raw, "input"));
  if (compare::looks_like_lightgbm(text)) check(compare::read_lightgbm(raw, "input"));
  if (compare::looks_like_onnx(raw)) check(compare::read_onnx(raw, "input"));
  if (!compare::is_zip(text)) return 0;
  Result<std::vector<compare::ZipMember>> members = compare::unzip(text, "input", 1 << 20);
  if (!members.ok()) return 0;
  if (compare::looks_like_torch(members.value())) {
    check(compare::read_torch(std::move(members).value(), "input"));
  } else if (compare::looks_like_npz(members.value())) {
    check(compare::read_npz(std::move(members).value(), "input"));
  }
  return 0;
}
