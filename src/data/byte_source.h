#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/sha256.h"
#include "data/gzip.h"
#include "platform/file.h"
#include "platform/input_file.h"

namespace ibid::data {

// The bytes of a file from its beginning to its end, gzip unpacked (its content tells, not its name), in
// pieces, so that the memory does not have to hold it. The digest is that of the file as it lies there.
class ByteSource {
 public:
  static Result<ByteSource> open(const platform::Path& path);

  // Appends the next piece to `content`; false at the end of the file. Errors: i/o, damaged gzip,
  // interrupted.
  Result<bool> next(std::string& content);

  int64_t size_bytes() const { return size_bytes_; }  // of the file
  int64_t read_bytes() const { return offset_; }
  bool is_compressed() const { return gunzip_.has_value(); }
  // Of the file's bytes so far: of all of them when next() has said that there are no more.
  Sha256Digest digest() const { return sha256_.digest(); }

 private:
  ByteSource(platform::Path path, platform::InputFile file, int64_t size_bytes)
      : path_(std::move(path)), file_(std::move(file)), size_bytes_(size_bytes) {}

  platform::Path path_;
  platform::InputFile file_;
  int64_t size_bytes_;
  int64_t offset_ = 0;
  std::string piece_;
  Sha256Stream sha256_;
  std::optional<GunzipStream> gunzip_;
};

}  // namespace ibid::data
