#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "compare/tensor_view.h"
#include "compare/zip_archive.h"

namespace ibid::compare {

// Readers of files that hold tensors. The tensors lie in `bytes`, or in `owned` of the set. `where` is for
// errors: truncated, malformed, and unsupported (element types that are no plain numbers).

bool looks_like_safetensors(std::span<const std::byte> bytes);
// Of the metadata the texts are values, "metadata.KEY". All element types of the format but those of 8 bits
// floating point and less.
Result<TensorSet> read_safetensors(std::span<const std::byte> bytes, const std::string& where);

Result<TensorSet> read_npy(std::span<const std::byte> bytes, const std::string& where);

// A zip archive whose members all are .npy.
bool looks_like_npz(const std::vector<ZipMember>& members);
Result<TensorSet> read_npz(std::vector<ZipMember> members, const std::string& where);

// What torch.save() writes since PyTorch 1.6: a zip archive with a pickle that refers to storages beside it.
// No code that the pickle names runs. Numbers, texts and names of classes in the pickle are values; so are
// digests of other members (the code of TorchScript).
bool looks_like_torch(const std::vector<ZipMember>& members);
Result<TensorSet> read_torch(std::vector<ZipMember> members, const std::string& where);

// Initialisers, constants and the lists of numbers in attributes are tensors; everything else is values: the
// nodes, each under the name of its first output, with attributes; versions, texts and metadata.
bool looks_like_onnx(std::span<const std::byte> bytes);
Result<TensorSet> read_onnx(std::span<const std::byte> bytes, const std::string& where);

// Datasets and attributes of plain numbers are tensors, by path: "/dense/kernel", "/dense@units". Texts are
// values, and so are links. What lies in other files or is packed by a filter that is not there is unread; no
// more than `max_bytes` are unpacked. The reading is done by another process.
bool looks_like_hdf5(std::string_view bytes);
Result<TensorSet> read_hdf5(std::span<const std::byte> bytes, const std::string& where, int64_t max_bytes);

// UBJSON, models of XGBoost among it: lists of numbers of one type are tensors, everything else is values.
bool looks_like_ubjson(std::string_view bytes);
Result<TensorSet> read_ubjson(std::span<const std::byte> bytes, const std::string& where);

// The text of a model of LightGBM: lists of numbers are tensors of f64. The sizes of trees in the file, and
// parameters about threads, messages and the paths of files are left out.
bool looks_like_lightgbm(std::string_view bytes);
Result<TensorSet> read_lightgbm(std::span<const std::byte> bytes, const std::string& where);

// A checkpoint of TensorFlow: the content of its .index, and of its shards, in order, if they are there.
struct Checkpoint {
  std::string_view index;
  std::vector<std::string_view> shards;  // none: only types, shapes and checksums of elements are told
  std::string where;
};
// What an index says of the number of shards.
Result<int64_t> count_shards(std::string_view index, const std::string& where);
// Tensors by name; those without shards, texts and parts of tensors are values with their checksum.
Result<TensorSet> read_checkpoint(const Checkpoint& files);

// What torch.save() wrote before, and still does if asked to.
bool looks_like_old_torch(std::span<const std::byte> bytes);
Result<TensorSet> read_old_torch(std::span<const std::byte> bytes, const std::string& where);

}  // namespace ibid::compare
