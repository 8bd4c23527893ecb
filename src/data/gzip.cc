#include "data/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

#include "base/number_text.h"
#include "base/text.h"

namespace ibid::data {
namespace {

constexpr size_t kFirstBytes = size_t{1} << 16;

class Inflater {
 public:
  Inflater() {
    constexpr int kGzipWindow = 15 + 16;  // the largest window, gzip header and trailer expected
    if (::inflateInit2(&stream_, kGzipWindow) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { ::inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
};

Error truncated(const std::string& name, size_t size_bytes) {
  return Error(ErrorCode::kTruncated,
               "'" + name + "' ends in the middle of its compressed content, after " +
                   format_bytes(static_cast<int64_t>(size_bytes)),
               "the copy or download was cut short: fetch the file again");
}

Error corrupt(const std::string& name, const char* reason) {
  return Error(
      ErrorCode::kMalformed,
      "'" + name + "' is not intact gzip data" + (reason == nullptr ? "" : ": " + std::string(reason)),
      "fetch the file again, or check that it is the right one");
}

Error too_large(const std::string& name, int64_t max_bytes) {
  return Error(
      ErrorCode::kMalformed,
      "'" + name + "' unpacks to more than the " + format_bytes(max_bytes) + " that are allowed here",
      "check that it is the right file");
}

// Fits zlib's 32-bit counts.
uInt piece(size_t size_bytes) {
  return static_cast<uInt>(std::min<size_t>(size_bytes, std::numeric_limits<uInt>::max()));
}

}  // namespace

bool is_gzip(std::string_view bytes) { return bytes.size() >= 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b'; }

Result<std::string> gunzip(std::string_view bytes, const std::string& name, int64_t max_bytes) {
  if (!is_gzip(bytes)) return corrupt(name, "it does not begin with 1f 8b");
  Inflater inflater;
  z_stream& stream = inflater.stream();
  std::string content;
  size_t used = 0;
  size_t consumed = 0;
  for (;;) {
    // One byte above the cap is room enough to see that there is more.
    if (used == content.size()) {
      const size_t wanted = std::max(kFirstBytes, content.size() * 2);
      content.resize(std::min(wanted, static_cast<size_t>(max_bytes) + 1));
    }
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + consumed));
    stream.avail_in = piece(bytes.size() - consumed);
    stream.next_out = reinterpret_cast<Bytef*>(content.data() + used);
    stream.avail_out = piece(content.size() - used);
    const uInt offered = stream.avail_in;
    const uInt room = stream.avail_out;
    const int status = ::inflate(&stream, Z_NO_FLUSH);
    consumed += offered - stream.avail_in;
    used += room - stream.avail_out;
    if (static_cast<int64_t>(used) > max_bytes) return too_large(name, max_bytes);
    if (status == Z_STREAM_END) {
      if (consumed == bytes.size()) break;
      if (!is_gzip(bytes.substr(consumed)))
        return corrupt(name, "something else follows the compressed content");
      ::inflateReset(&stream);
    } else if (status == Z_BUF_ERROR ||
               (status == Z_OK && consumed == bytes.size() && stream.avail_out > 0)) {
      return truncated(name, bytes.size());
    } else if (status == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (status != Z_OK) {
      return corrupt(name, stream.msg);
    }
  }
  content.resize(used);
  return content;
}

struct GunzipStream::State {
  std::string name;
  Inflater inflater;
  int64_t n_consumed = 0;
  bool between_members = true;  // a member may begin here, or the file end
};

GunzipStream::GunzipStream(std::string name) : state_(std::make_unique<State>()) {
  state_->name = std::move(name);
}
GunzipStream::~GunzipStream() = default;
GunzipStream::GunzipStream(GunzipStream&&) noexcept = default;

Result<void> GunzipStream::feed(std::string_view bytes, std::string& content) {
  z_stream& stream = state_->inflater.stream();
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = piece(bytes.size());
  IBID_CHECK(stream.avail_in == bytes.size(), "a piece of a gzip file larger than 4 GiB");
  state_->n_consumed += static_cast<int64_t>(bytes.size());
  // Until the input is used up and zlib holds nothing back.
  for (bool room_left = false; stream.avail_in > 0 || (!room_left && !state_->between_members);) {
    const size_t used = content.size();
    content.resize(used + kFirstBytes);
    stream.next_out = reinterpret_cast<Bytef*>(content.data() + used);
    stream.avail_out = piece(kFirstBytes);
    const int status = ::inflate(&stream, Z_NO_FLUSH);
    content.resize(used + kFirstBytes - stream.avail_out);
    room_left = stream.avail_out > 0;
    state_->between_members = status == Z_STREAM_END;
    if (status == Z_STREAM_END) {
      ::inflateReset(&stream);
    } else if (status == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      return corrupt(state_->name, stream.msg);
    }
  }
  return {};
}

Result<void> GunzipStream::finish() const {
  if (state_->between_members) return {};
  return truncated(state_->name, static_cast<size_t>(state_->n_consumed));
}

}  // namespace ibid::data
