#include "data/object_store.h"

#include <vector>

#include "base/hex.h"
#include "base/sha256.h"
#include "platform/atomic_file.h"
#include "platform/input_file.h"

namespace ibid::data {
namespace {

constexpr size_t kFolderDigits = 2;
constexpr size_t kCopiedBytes = 1 << 20;  // at a time

bool holds(const platform::Path& path, std::string_view bytes) {
  const Result<std::string> content = platform::read_file(path, static_cast<int64_t>(bytes.size()));
  return content.ok() && content.value() == bytes;
}

}  // namespace

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

platform::Path ObjectStore::path_of(std::string_view digest) const {
  return folder_ / "objects" / "sha256" / digest.substr(0, kFolderDigits) / digest.substr(kFolderDigits);
}

Result<std::string> ObjectStore::put(std::string_view bytes) {
  std::string digest = sha256_hex(bytes);
  const platform::Path path = path_of(digest);
  if (holds(path, bytes)) return digest;
  IBID_TRY(platform::make_folders(path.parent_path()));
  IBID_ASSIGN(platform::AtomicFile file, platform::AtomicFile::create(path));
  IBID_TRY(file.write(bytes));
  IBID_TRY(file.publish());
  written_ = true;
  return digest;
}

Result<void> ObjectStore::put_file(const platform::Path& path, std::string_view digest) {
  const platform::Path object = path_of(digest);
  IBID_ASSIGN(const platform::InputFile source, platform::InputFile::open(path));
  IBID_TRY(platform::make_folders(object.parent_path()));
  IBID_ASSIGN(platform::AtomicFile copy, platform::AtomicFile::create(object));
  Sha256Stream stream;
  std::vector<std::byte> buffer(kCopiedBytes);
  int64_t offset = 0;
  while (true) {
    IBID_ASSIGN(const size_t count, source.read_at(offset, buffer));
    if (count == 0) break;
    stream.update({buffer.data(), count});
    IBID_TRY(copy.write(std::span(buffer).first(count)));
    offset += static_cast<int64_t>(count);
  }
  if (hex_text(stream.finish()) != digest) {
    return Error(ErrorCode::kDigestMismatch, "'" + path.string() + "' changed while it was copied",
                 "wait until nothing writes to it any more");
  }
  IBID_TRY(copy.publish());
  written_ = true;
  return {};
}

Result<void> ObjectStore::flush() const {
  return written_ ? platform::synchronise_file_system(folder_) : Result<void>();
}

Result<std::string> ObjectStore::get(std::string_view digest) const {
  if (!is_sha256(digest)) {
    return Error(ErrorCode::kMalformed, "'" + std::string(digest) + "' is not the digest of an object",
                 "a digest has 64 hexadecimal digits in lower case");
  }
  const platform::Path path = path_of(digest);
  if (!platform::path_exists(path)) {
    return Error(ErrorCode::kNotFound,
                 "the store '" + folder_.string() + "' has no object " + std::string(digest),
                 "name the store it was written to with --store");
  }
  IBID_ASSIGN(std::string bytes, platform::read_file(path));
  if (sha256_hex(bytes) == digest) return bytes;
  return Error(ErrorCode::kDigestMismatch, "'" + path.string() + "' does not have the content its name says",
               "the object was damaged: remove it and take it from a copy of the store");
}

}  // namespace ibid::data
