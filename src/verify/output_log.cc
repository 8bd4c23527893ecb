#include "verify/output_log.h"

#include <algorithm>
#include <cmath>

namespace ibid::verify {
namespace {

constexpr std::array<const char*, 2> kNames = {"stdout", "stderr"};

}  // namespace

Result<OutputLog> OutputLog::create(const platform::Path& folder, int64_t max_bytes) {
  IBID_ASSIGN(platform::AppendFile output, platform::AppendFile::create(folder / "stdout.txt"));
  IBID_ASSIGN(platform::AppendFile error, platform::AppendFile::create(folder / "stderr.txt"));
  IBID_ASSIGN(platform::AppendFile index, platform::AppendFile::create(folder / "output.jsonl"));
  return OutputLog({std::move(output)}, {std::move(error)}, std::move(index), max_bytes);
}

Result<void> OutputLog::append(platform::OutputStream which, double seconds, std::string_view text) {
  const size_t i = which == platform::OutputStream::kOutput ? 0 : 1;
  Stream& stream = streams_[i];
  const int64_t room = max_bytes_ - stream.kept_bytes;
  const std::string_view kept = text.substr(0, static_cast<size_t>(std::max<int64_t>(0, room)));
  stream.printed_bytes += static_cast<int64_t>(text.size());
  if (kept.empty()) return {};
  IBID_TRY(stream.file.append(kept));
  // Milliseconds tell what one wants to know: which line came when.
  const Json line = {{"seconds", std::round(seconds * 1000.0) / 1000.0},
                     {"stream", kNames[i]},
                     {"offset", stream.kept_bytes},
                     {"bytes", kept.size()}};
  stream.kept_bytes += static_cast<int64_t>(kept.size());
  return index_.append(line.dump() + "\n");
}

Json OutputLog::summary() const {
  Json summary;
  for (size_t i = 0; i < streams_.size(); ++i) {
    summary[kNames[i]] = {{"printed_bytes", streams_[i].printed_bytes},
                          {"kept_bytes", streams_[i].kept_bytes}};
  }
  return summary;
}

}  // namespace ibid::verify
