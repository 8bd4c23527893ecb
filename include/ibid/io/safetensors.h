#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ibid/nn/module.h"

// Weights in files: module.load_state_dict(io::load_safetensors(path).tensors) is the way back of
// io::save_safetensors(path, {module.state_dict(), {}}). docs/formats/safetensors.md specifies the bytes.
namespace ibid::io {

// Named tensors and a few texts, the content of one file.
struct Safetensors {
  nn::StateDict tensors;
  std::vector<std::pair<std::string, std::string>> metadata;

  // Null when there is none of that name.
  const Tensor* find(std::string_view name) const;
  const std::string* find_metadata(std::string_view name) const;
};

// The metadata that save_safetensors() adds and load_safetensors() checks: the digest of names, types, shapes
// and elements.
inline constexpr std::string_view kDigestField = "ibid.digest";

// The file's bytes, without writing them; the same content gives the same bytes.
// Shapes: any. DTypes: f32, f64, i64, u8, bool; every NaN is written as the one canonical NaN.
// Errors: ArgumentError for an absent tensor, a name or text that is not UTF-8, a name that stands twice, and
// the name "__metadata__", which the format keeps for itself.
// Source: docs/formats/safetensors.md.
std::string encode_safetensors(const Safetensors& content);

// Writes a file that appears under its name only when it is complete; its metadata gains kDigestField.
// Errors: as encode_safetensors; FileError with code() "not-found" (no such folder), "permission",
// "disk-full", "io". A file that was there before is then unchanged.
// Source: docs/formats/safetensors.md.
void save_safetensors(const std::filesystem::path& path, const Safetensors& content);

// Reads a file of ours or of another program. Tensors come in the order of their place in the file, and
// kDigestField, where there is one, is checked and left out of the metadata.
// Errors: FileError with code() "not-found" for a missing file; "truncated" where it ends before its header
// says it does; "malformed" where it breaks the format; "digest-mismatch" where names, types, shapes or
// elements are not those that were saved; "unsupported" for another element type; "permission", "io". A file
// without kDigestField whose elements were altered cannot be told from one that was not: compare
// module_digest() with a digest kept elsewhere.
// Source: docs/formats/safetensors.md.
Safetensors load_safetensors(const std::filesystem::path& path);

}  // namespace ibid::io
