#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "platform/supervised_process.h"
#include "verify/kept_files.h"
#include "verify/run_folder.h"

namespace ibid::verify {

// Where the files of the run-time hook for Python lie.
struct HookFiles {
  platform::Path inject;   // the folder that goes in front of PYTHONPATH
  platform::Path library;  // computes digests of tensors
};

// Beside the program, or why they are not there.
Result<HookFiles> find_hook_files();

struct RecordOptions {
  std::vector<std::string> command;                              // the program and its arguments
  platform::Path folder;                                         // where it runs
  std::vector<std::pair<std::string, std::string>> environment;  // added for it
  std::optional<HookFiles> hook;  // none: what happens inside Python is not seen
  std::string why_no_hook;
  int64_t digest_every = 1;                      // steps; 0: none
  int64_t max_output_bytes = int64_t{64} << 20;  // kept of each stream
  KeepLimits keep;                               // copies of files written below `folder`
  // "name=pattern": what the pattern's first group matches in a line of output is a metric's value.
  std::vector<std::string> metric_patterns;
  bool source = true;  // whether the source is captured too
  // Gets what the program prints, as it comes.
  std::function<void(platform::OutputStream, std::string_view)> on_output;
};

struct RecordedRun {
  platform::SupervisedEnd end;
  std::vector<std::string> problems;  // parts of the record that are missing, and why
  int64_t n_files_read = 0, n_files_written = 0, n_metrics = 0, n_digests = 0;
};

// Runs a program and records it in an empty run folder (docs/formats/recorded_run.md). From the first moment
// on the folder is a valid record that says it is unfinished; only the end of the run changes that. Errors:
// the program could not be started, or the folder not be written.
Result<RecordedRun> record_run(const RecordOptions& options, RunFolder& folder);

}  // namespace ibid::verify
