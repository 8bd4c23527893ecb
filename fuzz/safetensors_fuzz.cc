// The reader of safetensors: whatever the bytes, tensors or an error, and what is accepted says the same when
// written and read again.

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/io/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace ibid;
  const Result<io::Safetensors> content =
      io::decode_safetensors(std::as_bytes(std::span(bytes, size)), "input");
  if (!content.ok()) return 0;
  const std::string again = io::encode_safetensors(content.value());
  const Result<io::Safetensors> back = io::decode_safetensors(std::as_bytes(std::span(again)), "again");
  IBID_CHECK(back.ok(), "what was written cannot be read");
  IBID_CHECK(back.value().tensors.size() == content.value().tensors.size() &&
                 back.value().metadata == content.value().metadata,
             "something was lost on its way");
  for (const auto& [name, tensor] : content.value().tensors) {
    const Tensor* other = back.value().find(name);
    IBID_CHECK(other != nullptr && other->same_bits(tensor), "a tensor changed on its way");
  }
  return 0;
}
