#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "ibid/io/safetensors.h"

namespace ibid::io {

// `name` says in errors where the bytes came from. Every offset, size, type and shape is checked before use;
// bytes that belong to no tensor are an error.
Result<Safetensors> decode_safetensors(std::span<const std::byte> bytes, std::string_view name);

// What kDigestField holds for these tensors: it depends on neither their order nor the metadata.
std::string content_digest(const nn::StateDict& tensors);

}  // namespace ibid::io
