#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "platform/file.h"

namespace ibid::data {

// Bytes kept under their SHA-256, in a folder that may be copied and merged with others as it is
// (docs/formats/objects.md). What is named by its content never changes, so nothing is ever overwritten but
// what is damaged.
class ObjectStore {
 public:
  // Makes nothing yet: the folder appears with the first object.
  explicit ObjectStore(platform::Path folder) : folder_(std::move(folder)) {}

  const platform::Path& folder() const { return folder_; }

  // The digest, 64 lower-case hexadecimal digits. One that is there already is read and compared. An object
  // is there whole or not at all; that it outlives a power failure only flush() promises.
  Result<std::string> put(std::string_view bytes);
  // A whole file of any size, of which only a part is in memory at a time. Errors: it does not have the
  // digest (code digest-mismatch), and nothing was kept.
  Result<void> put_file(const platform::Path& path, std::string_view digest);
  Result<void> flush() const;

  // The bytes, whose digest has been checked. Errors: `digest` is none, there is no such object, or its
  // content is another.
  Result<std::string> get(std::string_view digest) const;

  platform::Path path_of(std::string_view digest) const;

 private:
  platform::Path folder_;
  bool written_ = false;
};

// Whether the text is 64 lower-case hexadecimal digits.
bool is_sha256(std::string_view text);

}  // namespace ibid::data
