#include "verify/touched_files.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/hex.h"
#include "base/sha256.h"
#include "platform/input_file.h"

namespace ibid::verify {
namespace {

struct Content {
  platform::FileStatus status;
  std::string sha256;
};

Result<Content> read_content(const platform::Path& path) {
  // Opening a pipe or a device could wait for ever.
  std::error_code problem;
  const std::filesystem::file_status kind = std::filesystem::status(path, problem);
  if (kind.type() == std::filesystem::file_type::not_found)
    return Error(ErrorCode::kNotFound, "it was gone when the run ended");
  if (problem) return Error(ErrorCode::kIo, problem.message());
  if (kind.type() != std::filesystem::file_type::regular)
    return Error(ErrorCode::kUnsupported, "it is not a plain file");
  IBID_ASSIGN(const platform::InputFile file, platform::InputFile::open(path));
  IBID_ASSIGN(const platform::FileStatus status, file.status());
  Sha256Stream stream;
  std::vector<std::byte> buffer(1 << 20);
  int64_t offset = 0;
  while (true) {
    IBID_ASSIGN(const size_t count, file.read_at(offset, buffer));
    if (count == 0) break;
    stream.update({buffer.data(), count});
    offset += static_cast<int64_t>(count);
  }
  const Sha256Digest digest = stream.finish();
  return Content{status, hex_text(digest)};
}

const char* role_of(const OpenedFile& file) {
  if (file.read && file.written) return "both";
  return file.written ? "written" : "read";
}

Json seen_by(const OpenedFile& file) {
  Json means = Json::array();
  if (file.seen_by_hook) means.push_back("hook");
  if (file.seen_by_trace) means.push_back("trace");
  return means;
}

bool is_below(const platform::Path& path, const platform::Path& folder) {
  const auto [at, rest] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return at == folder.end();
}

}  // namespace

Json touched_files_json(const HookEvents& events, const platform::Path& run_folder) {
  Json files = Json::array();
  for (const auto& [path, opened] : events.files) {
    if (is_below(path, run_folder)) continue;
    Json entry = {{"path", path}, {"role", role_of(opened)}, {"seen_by", seen_by(opened)}};
    const Result<Content> content = read_content(path);
    if (!content.ok()) {
      const bool is_gone = content.error().code() == ErrorCode::kNotFound && !opened.became.empty();
      entry["unknown"] = is_gone ? opened.became : content.error().message();
    } else {
      const platform::FileStatus& status = content.value().status;
      entry["size_bytes"] = status.size_bytes;
      entry["sha256"] = content.value().sha256;
      const bool same = opened.size_bytes == status.size_bytes && opened.modified_ns == status.modified_ns;
      if (!opened.written && opened.modified_ns >= 0 && !same) entry["changed_during_run"] = true;
    }
    files.push_back(std::move(entry));
  }
  return files;
}

}  // namespace ibid::verify
