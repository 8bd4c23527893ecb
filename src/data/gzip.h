#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ibid::data {

// Whether the bytes begin as a gzip file does.
bool is_gzip(std::string_view bytes);

// The decompressed content of all members of a gzip file, checksums verified. More than `max_bytes` is an
// error before the memory is taken: a small file can claim any size. `name` is for the error.
Result<std::string> gunzip(std::string_view bytes, const std::string& name, int64_t max_bytes);

// The same a piece at a time, for files that are larger than the memory should have to be.
class GunzipStream {
 public:
  explicit GunzipStream(std::string name);
  ~GunzipStream();
  GunzipStream(GunzipStream&&) noexcept;
  GunzipStream& operator=(GunzipStream&&) = delete;

  // Unpacks the next piece of the file and appends what comes out to `content`.
  Result<void> feed(std::string_view bytes, std::string& content);
  // After the last piece. An error if the file ends in the middle of its content.
  Result<void> finish() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ibid::data
