#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "platform/file.h"
#include "verify/run_folder.h"

namespace ibid::verify {

// How much of what a program writes is copied into its record.
struct KeepLimits {
  int64_t file_bytes = int64_t{256} << 20;  // 0: nothing is kept
  int64_t total_bytes = int64_t{2} << 30;   // of all files of a run
};

// Copies files that a run wrote below `folder` into the record's object store (docs/formats/objects.md), in
// the order of `files` (touched_files_json). Every such entry gets "kept": true, or "not_kept" with the
// reason. What cannot be kept is no error: the rest of the record is worth having. Returns a line that says
// what is missing, where something besides what the user excluded is.
std::optional<std::string> keep_written_files(const RunFolder& record, const platform::Path& folder,
                                              const KeepLimits& limits, Json& files);

// Where the content of a kept file lies in the record.
platform::Path kept_file(const platform::Path& record, const std::string& sha256);

}  // namespace ibid::verify
