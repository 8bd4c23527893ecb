#include "data/byte_source.h"

#include <span>
#include <system_error>

#include "data/quoted_name.h"
#include "platform/signals.h"

namespace ibid::data {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 18;

Error no_file(const platform::Path& path) {
  return Error(ErrorCode::kUnsupported, quoted_name(path.native()) + " is no file",
               "name a file that lies on a disk; save what comes through a pipe first");
}

}  // namespace

Result<ByteSource> ByteSource::open(const platform::Path& path) {
  // The user may well name a link; only what it leads to can be opened. A pipe has no such path.
  std::error_code problem;
  const platform::Path target = std::filesystem::canonical(path, problem);
  if (problem && platform::path_exists(path)) return no_file(path);
  IBID_ASSIGN(platform::InputFile file, platform::InputFile::open(problem ? path : target));
  IBID_ASSIGN(const platform::FileStatus status, file.status());
  if (status.kind != platform::FileKind::kFile) return no_file(path);
  return ByteSource(path, std::move(file), status.size_bytes);
}

Result<bool> ByteSource::next(std::string& content) {
  IBID_TRY(platform::check_not_stopped());
  piece_.resize(kPieceBytes);
  IBID_ASSIGN(const size_t n_read, file_.read_at(offset_, std::as_writable_bytes(std::span(piece_))));
  piece_.resize(n_read);
  if (offset_ == 0 && is_gzip(piece_)) gunzip_.emplace(path_.string());
  offset_ += static_cast<int64_t>(n_read);
  sha256_.update(piece_);
  if (n_read == 0) {
    if (gunzip_) IBID_TRY(gunzip_->finish());
    return false;
  }
  if (gunzip_) {
    IBID_TRY(gunzip_->feed(piece_, content));
  } else {
    content += piece_;
  }
  return true;
}

}  // namespace ibid::data
