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
#include "verify/enforcement.h"
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

// The program that traces files, beside this one, or why it is not there.
Result<platform::Path> find_file_tracer();

struct RecordOptions {
  std::vector<std::string> command;    // the program and its arguments
  platform::Path folder;               // where it runs
  Variables environment;               // added for it
  std::optional<unsigned> umask = {};  // of the program; else this process's own
  Enforcement enforcement;             // `environment` goes before it
  std::optional<HookFiles> hook;       // none: what happens inside Python is not seen
  std::string why_no_hook;
  std::optional<platform::Path> file_tracer;  // files of every program are seen, not only of Python
  std::string digest_every =
      "auto";                   // steps between digests, 0 for none; "auto:torch=8" if it was measured before
  double digest_budget = 0.03;  // with auto: the share of the time that digests may take
  int64_t max_output_bytes = int64_t{64} << 20;  // kept of each stream
  KeepLimits keep;                               // copies of files written below `folder`
  // "name=pattern": what the pattern's first group matches in a line of output is a metric's value.
  std::vector<std::string> metric_patterns;
  std::string operations;  // steps whose operations are written down: "3-3", "0-"; empty: none
  // "name=value": parameters by the user's word, which goes before what the hook sees.
  std::vector<std::string> parameters;
  bool source = true;  // whether the source is captured too
  Json execution;      // for run.json: as which run of a plan, on which cores; null: it is none
  // Gets what the program prints, as it comes.
  std::function<void(platform::OutputStream, std::string_view)> on_output;
};

struct RecordedRun {
  platform::SupervisedEnd end;
  std::vector<std::string> problems;  // parts of the record that are missing, and why
  // Settings held still, and those that could not be: {"library", "name", "value" or "reason", ...}.
  Json enforced = Json::array(), not_enforced = Json::array();
  int64_t n_files_read = 0, n_files_written = 0, n_metrics = 0, n_digests = 0;
};

// Runs a program and records it in an empty run folder (docs/formats/recorded_run.md). From the first moment
// on the folder is a valid record that says it is unfinished; only the end of the run changes that. Errors:
// the program could not be started, or the folder not be written.
Result<RecordedRun> record_run(const RecordOptions& options, RunFolder& folder);

// Steps between digests as the first of several runs chose them ("auto:torch=8"), or `digest_every` as it is.
std::string settled_cadence(const std::string& digest_every, const Json& seen);

// Of a strict run that could not enforce all that was asked for: names what, and the first reason.
Error strict_error(const Json& not_enforced);

}  // namespace ibid::verify
