#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "platform/file.h"
#include "verify/process_digests.h"

namespace ibid::verify {

// A file that the program opened. Sizes and times are those at the first opening for reading.
struct OpenedFile {
  bool read = false, written = false;
  bool seen_by_hook = false, seen_by_trace = false;
  std::string became;       // what was done to it last: "it was removed", "it was renamed to ..."
  int64_t size_bytes = -1;  // -1: not known
  int64_t modified_ns = -1;
};

// What the hook inside a program's processes and the tracer beside them wrote down
// (docs/formats/recorded_run.md, "Events"), of all processes together.
struct HookEvents {
  Json processes = Json::array();
  Json libraries = Json::array();
  Json seeds = Json::array();
  Json switches = Json::array();
  Json parameters = Json::array();
  Json enforced = Json::array();           // settings that the hook changed
  Json not_enforced = Json::array();       // settings that it could not change, and why
  std::map<std::string, int64_t> cadence;  // steps between digests that the hook has chosen, for each library
  Json notes = Json::array();              // what the hook could not do, and why
  std::vector<Json> metrics;               // each {"step", "name", "value", "source"}
  std::map<std::string, OpenedFile> files;
  std::vector<ProcessDigests> digests;  // of processes that took steps, by rank, else in order of their start
  Json trace;  // how files of any program were seen: {"by", ...}, or {"reason"} why not; null: nobody asked
  int64_t n_unreadable_lines = 0;  // a crash cuts the last line of a file
};

// Reads the event files of a folder, in order of their names: processes without a rank in order of their
// start, then those with one. No folder: no events.
Result<HookEvents> read_hook_events(const platform::Path& folder);

}  // namespace ibid::verify
