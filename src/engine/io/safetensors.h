#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "ibid/nn/module.h"

namespace ibid::io {

// Named tensors and a few texts, in the safetensors format (docs/formats/safetensors.md).
struct Safetensors {
  nn::StateDict tensors;
  std::vector<std::pair<std::string, std::string>> metadata;

  // Null when there is none of that name.
  const Tensor* find(std::string_view name) const;
  const std::string* find_metadata(std::string_view name) const;
};

// The file's bytes; the same content gives the same bytes.
std::string encode_safetensors(const Safetensors& content);

// `name` says in errors where the bytes came from. Every offset, size, type and shape is checked before use; bytes
// that belong to no tensor are an error.
Result<Safetensors> decode_safetensors(std::span<const std::byte> bytes, std::string_view name);

}  // namespace ibid::io
