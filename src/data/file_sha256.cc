#include "data/file_sha256.h"

#include <vector>

#include "base/hex.h"
#include "base/sha256.h"
#include "platform/input_file.h"
#include "platform/signals.h"

namespace ibid::data {

Result<std::string> file_sha256(const platform::Path& path) {
  constexpr size_t kBufferBytes = size_t{1} << 20;
  IBID_ASSIGN(const platform::InputFile file, platform::InputFile::open(path));
  Sha256Stream stream;
  std::vector<std::byte> buffer(kBufferBytes);
  for (int64_t offset = 0;;) {
    IBID_TRY(platform::check_not_stopped());
    IBID_ASSIGN(const size_t count, file.read_at(offset, buffer));
    if (count == 0) break;
    stream.update({buffer.data(), count});
    offset += static_cast<int64_t>(count);
  }
  const Sha256Digest digest = stream.finish();
  return hex_text(digest);
}

}  // namespace ibid::data
