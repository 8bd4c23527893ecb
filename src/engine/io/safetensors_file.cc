// The public way to files of tensors: errors of the outside world become FileError here.

#include <algorithm>

#include "base/digest.h"
#include "engine/io/safetensors.h"
#include "ibid/errors.h"
#include "ibid/io/digest.h"
#include "platform/atomic_file.h"
#include "platform/file.h"

namespace ibid::io {
namespace {

[[noreturn]] void throw_file_error(const Error& error) {
  std::string message = error.to_string();
  if (!error.hint().empty()) message += "; " + error.hint();
  throw FileError(std::string(code_name(error.code())), message);
}

Result<Safetensors> read_checked(const std::filesystem::path& path) {
  IBID_ASSIGN(const std::string bytes, platform::read_file(path));
  IBID_ASSIGN(Safetensors content, decode_safetensors(std::as_bytes(std::span(bytes)), path.string()));
  const std::string* kept = content.find_metadata(kDigestField);
  if (kept == nullptr) return content;
  const std::string found = content_digest(content.tensors);
  if (*kept != found) {
    return Error(ErrorCode::kDigestMismatch,
                 path.string() + " was altered after it was saved: its tensors have the digest " + found +
                     ", not " + *kept,
                 "take the file from where it was saved once more");
  }
  std::erase_if(content.metadata, [](const auto& entry) { return entry.first == kDigestField; });
  return content;
}

}  // namespace

std::string content_digest(const nn::StateDict& tensors) {
  NamedDigests digests = tensor_digests(tensors);
  std::sort(digests.begin(), digests.end());
  DigestStream stream;
  stream.update("content\n");
  for (const auto& [name, digest] : digests) {
    stream.update(std::to_string(name.size()) + " " + name + "\n" + digest.hex() + "\n");
  }
  return stream.digest().hex();
}

void save_safetensors(const std::filesystem::path& path, const Safetensors& content) {
  Safetensors marked = content;
  std::erase_if(marked.metadata, [](const auto& entry) { return entry.first == kDigestField; });
  marked.metadata.emplace_back(kDigestField, content_digest(content.tensors));
  const Result<void> written = platform::write_file_atomically(path, encode_safetensors(marked));
  if (!written.ok()) throw_file_error(written.error());
}

Safetensors load_safetensors(const std::filesystem::path& path) {
  Result<Safetensors> content = read_checked(path);
  if (!content.ok()) throw_file_error(content.error());
  return std::move(content).value();
}

}  // namespace ibid::io
