#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "platform/file.h"

namespace ibid::compare {

// How two files differ, by bytes and by what their format means (docs/formats/comparison.md).
struct FileComparison {
  std::string format;  // "pytorch", "json", ...: by which they were compared; "bytes": no other is known
  int64_t size_a = 0, size_b = 0;
  bool same_bytes = false;
  std::optional<int64_t> first_byte;  // offset of the first that differs, or the end of the shorter file
  std::optional<bool> same_meaning;   // nothing: it could not be told, for this reason:
  std::string why_unknown;
  std::string summary;  // one line for people
  Json details;         // by format

  // Whether they are known to mean the same.
  bool same() const { return same_meaning.value_or(false); }
};

// The formats are recognised by the content; `name`, or that of the first file, tells tables of text from
// other text. Nothing in the files is run. Errors: a file cannot be read, or is a folder; the
// program was asked to stop. A file that breaks
// its format is no error: then the meaning is unknown.
Result<FileComparison> compare_files(const platform::Path& a, const platform::Path& b, std::string name = {});

Json comparison_json(const FileComparison& comparison);

}  // namespace ibid::compare
