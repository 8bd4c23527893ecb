#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "platform/append_file.h"
#include "platform/supervised_process.h"

namespace ibid::verify {

// What a recorded program printed (docs/formats/recorded_run.md): stdout.txt and stderr.txt byte for byte up
// to a limit each, and output.jsonl, which tells when each piece came. What lies beyond the limit is counted.
class OutputLog {
 public:
  static Result<OutputLog> create(const platform::Path& folder, int64_t max_bytes);

  // `seconds` since the start of the run.
  Result<void> append(platform::OutputStream stream, double seconds, std::string_view text);

  // For both streams: bytes printed, bytes kept.
  Json summary() const;

 private:
  struct Stream {
    platform::AppendFile file;
    int64_t printed_bytes = 0, kept_bytes = 0;
  };

  OutputLog(Stream output, Stream error, platform::AppendFile index, int64_t max_bytes)
      : streams_{std::move(output), std::move(error)}, index_(std::move(index)), max_bytes_(max_bytes) {}

  std::array<Stream, 2> streams_;
  platform::AppendFile index_;
  int64_t max_bytes_;
};

}  // namespace ibid::verify
