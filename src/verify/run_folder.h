#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/json.h"
#include "base/result.h"
#include "platform/file.h"
#include "platform/line_writer.h"
#include "verify/digest_log.h"

namespace ibid::verify {

// A training's record on disk (docs/formats/run_folder.md):
//   run.json                 what was asked for: model, configuration, data; and how far it came
//   machine.json             where it ran
//   metrics.jsonl            one line per step and per evaluation
//   digests.jsonl            one line per digested step
//   checkpoint.safetensors   everything needed to go on
//   model.safetensors        the final weights
//   result.json              signature and metrics of a finished run
// Whole files are replaced atomically; the line files may lose their last line in a crash, never an earlier
// one.
class RunFolder {
 public:
  // A new record in a folder that is empty or not there yet.
  static Result<RunFolder> create(const platform::Path& path);
  // An existing record.
  static Result<RunFolder> open(const platform::Path& path);
  // The first of parent/name-1, parent/name-2, ... that does not exist.
  static platform::Path free_path(const platform::Path& parent, const std::string& name);

  const platform::Path& path() const { return path_; }
  platform::Path file(const std::string& name) const { return path_ / name; }
  bool has(const std::string& name) const;

  Result<void> write_json(const std::string& name, const Json& value) const;
  Result<Json> read_json(const std::string& name) const;
  Result<DigestLog> read_digests(const std::string& name = "digests.jsonl") const;

  // Drops the lines of metrics and digests from `step` on, and whatever a crash left unreadable, so that a
  // resumed run writes them again.
  Result<void> rewind(int64_t step) const;

  // Lines are gathered; flush() brings them to the file.
  Result<void> append_metrics(const Json& line);
  Result<void> append_digests(const DigestEntry& entry);
  Result<void> flush();

 private:
  explicit RunFolder(platform::Path path) : path_(std::move(path)) {}
  Result<void> append(std::optional<platform::LineWriter>& writer, const char* name, const std::string& line);

  platform::Path path_;
  std::optional<platform::LineWriter> metrics_;
  std::optional<platform::LineWriter> digests_;
};

}  // namespace ibid::verify
